"""The quick way without an area gives the weights of the slow way."""

from __future__ import annotations

import numpy as np
import pytest

from openphm.evaluation import Evaluation
from openphm.evaluation.leaving_out import weights_without
from openphm.evaluation.weighting import weigh_again
from tests.support.panels import a_panel


def test_weights_without_an_area_are_those_of_the_panel_without_it() -> None:
    panel = a_panel(treated=80, controls=900)
    fitted = Evaluation().fit(panel).fitted
    assert fitted.weighting is not None
    assert panel.area is not None
    found = dict(weights_without(fitted.terms, panel.treated, panel.area, like=fitted.weighting))
    assert sorted(found) == [0, 1, 2, 3]
    for area, weights in found.items():
        stay = (panel.area != area).astype(float)
        slow = weigh_again(fitted.terms, panel.treated, like=fitted.weighting, counts=stay)
        assert slow is not None
        assert weights == pytest.approx(slow, abs=2e-4)
        assert (weights[panel.area == area] == 0).all()
        values = fitted.terms.values
        own = values[panel.treated & (panel.area != area)].mean(axis=0)
        others = np.where(panel.treated, 0.0, weights)
        assert others @ values / others.sum() == pytest.approx(own, abs=1e-3)


def test_an_area_with_all_the_treated_cannot_be_left_out() -> None:
    panel = a_panel()
    area = np.where(panel.treated, 0, 1 + np.arange(len(panel)) % 3)
    fitted = Evaluation().fit(panel).fitted
    assert fitted.weighting is not None
    found = dict(weights_without(fitted.terms, panel.treated, area, like=fitted.weighting))
    assert sorted(found) == [1, 2, 3]
