"""The outside world: the messengers, desks and the lender's own system, each behind one small class.

A connector delivers and never decides. It knows no ledger and no policy; what it raises says what the caller does next
(see `connectors.failure`). Wire formats that a lender implements are in `openapi/`; vendors' error codes are data.
"""
