"""The published worked example with the shape of Figure 14: 12,000 community hours for 2,400 people."""

from datetime import date

import numpy as np
import pytest

from openphm.core.results import Provenance
from openphm.definitions import load
from openphm.projections import Projection, project, run_result


@pytest.fixture(scope="module")
def worked() -> Projection:
    contents = load().contents
    return project(contents.scenarios["worked_example"], contents.projection)


def test_year_1_at_full_effect_has_the_published_net_saving_ratio_and_beds(worked: Projection) -> None:
    full = worked.full
    assert round(float(full.saving[1]), 2) == 1_927_935.54
    assert round(float(full.net[1]), 2) == 1_267_935.54
    assert round(float(full.saving[1] / full.programme[1]), 4) == 2.9211
    assert round(float(worked.beds(full.bed_days - full.bed_days_mitigated)[1]), 2) == 10.56
    assert round(float(worked.break_even(full)[0]), 4) == 0.3423
    assert round(float(worked.cash_releasing(full)[1])) == 303_968


def test_five_years_have_the_published_present_value_and_payback(worked: Projection) -> None:
    net = [round(float(one)) for one in worked.plan.net[1:]]
    assert net == [303_968, 901_444, 1_316_016, 1_340_572, 1_365_480]
    assert round(float(worked.net_present_value(worked.plan)[-1])) == 4_802_499
    assert round(float(worked.benefit_cost_ratio(worked.plan)[-1]), 3) == 2.557
    assert worked.payback == 1


def test_activity_avoided_at_full_effect_is_the_published(worked: Projection) -> None:
    full = worked.full
    assert full.units[1, :2] == pytest.approx([4921.23, 2182.86], abs=0.01)
    assert full.units_mitigated[1, :2] == pytest.approx([3936.99, 1637.14], abs=0.01)


def test_simulated_net_at_full_effect_agrees_with_the_published_quantiles(worked: Projection) -> None:
    # Year 3 is the first at full effect; the published figures are of year 1: growth between is taken out.
    shift = float(worked.plan.net[3] - worked.full.net[1])
    net = worked.runs.net[:, 3] - shift
    assert np.mean(net) == pytest.approx(1_269_000, rel=0.03)
    low, high = np.quantile(net, [0.1, 0.9])
    assert low == pytest.approx(578_000, rel=0.12)
    assert high == pytest.approx(1_965_000, rel=0.04)
    assert np.mean(net > 0) == pytest.approx(0.989, abs=0.006)
    assert np.mean(net > 1.25e6) == pytest.approx(0.51, abs=0.03)


def test_the_rows_of_the_contract_hold_these_figures(worked: Projection) -> None:
    result = run_result(worked, Provenance("a-build", date(2026, 3, 31)))
    held = {(row["year"], row["metric"], row["driver"]): row["mitigated"] for row in result}
    assert result.columns[:8] == ("year", "metric", "driver", "unmitigated", "mitigated", "p10", "p50", "p90")
    assert round(held[1, "net_gbp", "full_effect"], 2) == 1_267_935.54
    assert round(held[1, "benefit_cost_ratio", "full_effect"], 4) == 2.9211
    assert round(held[1, "break_even_share", "full_effect"], 4) == 0.3423
    assert round(held[5, "npv_gbp", "to_date"]) == 4_802_499
