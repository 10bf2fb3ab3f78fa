"""What there is to learn: how long to wait, what to lend on, and whom to coach."""

from reports.sections.section import Part, Section, Told


def waits(told: Told) -> Section:
    """How long to wait after each rung."""
    return Section(
        "waits",
        "How long to wait",
        "What a day more of waiting brings against what the next step costs. A suggestion is never applied by itself.",
        (
            Part(tables=told.tables_like("wait_intervals")),
            Part(
                heading="Payments by days since each rung",
                note="How likely a first payment is on each day while nothing else is done; days with too little to see"
                " are left out.",
                tables=told.tables_like("wait_hazards"),
            ),
        ),
    )


def origination(told: Told) -> Section:
    """What collections tell those who lend."""
    return Section(
        "origination",
        "What to lend on",
        "Loss net of collection cost by what was known when the loan was made. Small cells are drawn towards the whole"
        " or left out, and many comparisons are corrected for.",
        (Part(tables=told.tables_like("origination")),),
    )


def collectors(told: Told) -> Section:
    """Collectors, for coaching."""
    return Section(
        "collectors",
        "Collectors",
        "Adjusted for the mix that each was given. For coaching; below a minimum of cases nobody is ranked.",
        (Part(tables=told.tables_like("collectors")),),
    )
