"""Opening any figure of the report: the payments, steps, costs, loans or journeys that it was worked out from."""
