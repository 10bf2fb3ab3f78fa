"""What worked, as Prefect artifacts, and as a mail to whoever subscribed to it."""

from datetime import date, datetime

from prefect import flow

from tasks.choose_period import choose_period
from tasks.mail_report import Mail, mail_report
from tasks.publish_report import publish_report


@flow(name="effectiveness_report", flow_run_name="report on {portfolio}", persist_result=False)
def effectiveness_report(
    portfolio: str,
    from_on: date | None = None,
    to_on: date | None = None,
    as_of: datetime | None = None,
    mail: Mail = Mail.MONTHLY,
) -> bool:
    """Publish a portfolio's report and mail it; returns whether it reconciles.

    Args:
        portfolio: its name.
        from_on: the first day; the first one of the last whole month.
        to_on: the last day; the last one of that month, or today where a first day was given.
        as_of: what was on record at this instant; now.
        mail: `monthly` mails the report of a whole month to its subscribers, `yes` any report, `no` none. Nobody is
            ever sent the same period twice.
    """
    chosen = choose_period(from_on, to_on, as_of)
    reconciles = publish_report(portfolio, *chosen)
    mail_report(portfolio, *chosen, mail=mail)
    return reconciles
