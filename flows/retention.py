"""What is personal goes when its time has come: listed every month, removed where the lender has turned that on."""

from collections.abc import Iterable, Iterator, Sequence

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from ledger.retention import Review
from tasks.review_texts import all_portfolios, let_go


@flow(name="retention", persist_result=False)
def retention(*, dry_run: bool = True) -> int:
    """Go through every portfolio's texts and publish what goes and what stays; returns how many texts go.

    With `dry_run` (as it is unless somebody says otherwise) nothing is removed.
    """
    reviews = [let_go(portfolio, dry_run=dry_run) for portfolio in all_portfolios()]
    did = "Would go" if dry_run else "Went"
    create_markdown_artifact(key="retention", markdown=in_words(reviews, did=did), description=f"Texts: {did.lower()}")
    return sum(review.texts_leaving for review in reviews)


def in_words(reviews: Sequence[Review], *, did: str) -> str:
    """The reviews as a page of tables; it holds counts, days and rules, and no personal data."""
    return "\n".join(line for review in reviews for line in _page(review, did=did)) or "There is no portfolio."


def _page(review: Review, *, did: str) -> Iterator[str]:
    yield f"## {review.portfolio}: {review.people:,} people\n"
    yield f"### {did}: {review.texts_leaving:,} texts\n"
    yield from _table(
        ("class", "texts", "oldest", "rule", "citation"),
        [(w.record_class.value, f"{w.texts:,}", str(w.oldest_on), w.rule, w.citation) for w in review.leaving],
    )
    yield "### Kept\n"
    yield from _table(
        ("class", "texts", "why", "rule", "citation", "next on"),
        [
            (s.record_class.value, f"{s.texts:,}", s.why.value, s.rule, s.citation, str(s.next_on or ""))
            for s in review.staying
        ],
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""
