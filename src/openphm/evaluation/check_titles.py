"""The names of the checks and of the attempts to refute, for people."""

TITLES = {
    "people": "Who was offered it",
    "comparable": "Anybody to compare with",
    "balance": "Alike on average",
    "variance_ratio": "Alike in spread",
    "overlap": "A control for everybody",
    "matched": "Matched sets",
    "effective_number": "Enough controls",
    "largest_weight": "No control decides alone",
    "follow_up": "Followed to the end",
    "one_person": "No one person decides",
    "events": "Something to compare",
    "coverage": "Data delivered",
    "offers": "List of offers",
    "data_end": "End of the data",
    "held_out_year": "A year before any service",
    "placebo_date": "A start a year too early",
    "negative_controls": "What the service cannot change",
    "leave_one_area_out": "Without each area in turn",
    "other_estimators": "Other ways to work it out",
    "top_users": "With the highest users cut back",
    "parallel_trends": "Drift between the groups",
    "e_value": "A hidden cause",
}
"""What people call the checks and attempts."""
