"""Where the people of a sample portfolio live, what they are called, and what they borrow: tables, and no more.

Area codes are real, so that a number's form can be checked; the numbers behind them are those kept free for fiction.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A city with its time zone and the area codes of its part of the country."""

    city: str
    state: str
    zip_prefix: str
    region: str
    timezone: str
    area_codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """A kind of loan: its share of the portfolio, its usual instalment in cents, and its term in months.

    spread: standard deviation of the logarithm of the instalment. With the years past due on top, arrears come out with
    a coefficient of variation near 1.6, and the top tenth of loans with nearly half of the money (facts: heavy tails).
    """

    name: str
    segment: str
    share: float
    instalment_cents: int
    spread: float
    term_months: int


PLACES = (
    Place("New York", "NY", "100", "Northeast", "America/New_York", (212, 332, 516, 631, 646, 716, 845, 914, 917, 929)),
    Place("Newark", "NJ", "071", "Northeast", "America/New_York", (201, 551, 609, 640, 732, 848, 856, 862, 908, 973)),
    Place("Boston", "MA", "021", "Northeast", "America/New_York", (339, 351, 413, 508, 617, 774, 781, 857, 978)),
    Place(
        "Philadelphia", "PA", "191", "Northeast", "America/New_York", (215, 267, 272, 412, 445, 484, 570, 610, 717, 724)
    ),
    Place("Atlanta", "GA", "303", "South", "America/New_York", (229, 404, 470, 478, 678, 706, 762, 770, 912, 943)),
    Place(
        "Miami", "FL", "331", "South", "America/New_York", (239, 305, 321, 352, 386, 407, 561, 727, 754, 772, 786, 813)
    ),
    Place(
        "Chicago",
        "IL",
        "606",
        "Midwest",
        "America/Chicago",
        (217, 224, 309, 312, 331, 464, 618, 630, 708, 773, 815, 847),
    ),
    Place("Minneapolis", "MN", "554", "Midwest", "America/Chicago", (218, 320, 507, 612, 651, 763, 952)),
    Place(
        "Houston", "TX", "770", "South", "America/Chicago", (210, 214, 254, 281, 346, 361, 409, 430, 469, 512, 682, 713)
    ),
    Place("Nashville", "TN", "372", "South", "America/Chicago", (615, 629, 731, 901, 931)),
    Place("Denver", "CO", "802", "West", "America/Denver", (303, 719, 720, 970, 983)),
    Place("Salt Lake City", "UT", "841", "West", "America/Denver", (385, 435, 801)),
    Place("Phoenix", "AZ", "850", "West", "America/Phoenix", (480, 520, 602, 623, 928)),
    Place(
        "Los Angeles", "CA", "900", "West", "America/Los_Angeles", (213, 310, 323, 424, 562, 626, 657, 661, 714, 747)
    ),
    Place(
        "San Francisco", "CA", "941", "West", "America/Los_Angeles", (209, 341, 408, 415, 510, 559, 628, 650, 669, 707)
    ),
    Place("Seattle", "WA", "981", "West", "America/Los_Angeles", (206, 253, 360, 425, 509, 564)),
)

PRODUCTS = (
    Product("credit_card", "retail", 0.42, 9_500, 0.55, 60),
    Product("personal_loan", "retail", 0.28, 21_000, 0.45, 48),
    Product("auto_loan", "retail", 0.18, 38_000, 0.40, 60),
    Product("business_loan", "small_business", 0.12, 62_000, 0.60, 36),
)

INDUSTRIES = (
    "construction",
    "health care",
    "hospitality",
    "logistics",
    "manufacturing",
    "public sector",
    "retail trade",
)
CHANNELS = ("branch", "broker", "dealer", "online", "partner app")
FIRST_NAMES = (
    *(
        "Amara",
        "Benjamin",
        "Carmen",
        "Daniel",
        "Elena",
        "Farid",
        "Grace",
        "Hiroshi",
        "Imani",
        "Jonas",
        "Keisha",
        "Luis",
    ),
    *(
        "Mei",
        "Nadia",
        "Omar",
        "Priya",
        "Quentin",
        "Rosa",
        "Samuel",
        "Tamika",
        "Ugo",
        "Vera",
        "William",
        "Xiomara",
        "Yusuf",
    ),
)
LAST_NAMES = (
    *("Adams", "Baker", "Chen", "Diaz", "Edwards", "Fischer", "Garcia", "Hughes", "Ibrahim", "Jackson", "Kim", "Lopez"),
    *(
        "Miller",
        "Nguyen",
        "O'Brien",
        "Patel",
        "Quinn",
        "Robinson",
        "Singh",
        "Taylor",
        "Umar",
        "Vargas",
        "Wright",
        "Young",
    ),
)
STREETS = (
    "Birch Lane",
    "Cedar Street",
    "Elm Avenue",
    "Hill Road",
    "Lake Drive",
    "Main Street",
    "Oak Street",
    "Park Place",
)
