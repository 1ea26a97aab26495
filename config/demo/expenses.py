"""Expense claims of the demo: paid, refused, sent back, late, and waiting at every step."""

from typing import Final

from config.demo.story import Act, Data, Story, claim, claims, decides, involves, says, values, watches

EXPENSE: Final = "claim_expense"


def asks(day: int, clock: str, who: str, data: Data, *acts: Act, to: str = "", receipts: tuple[str, ...] = ()) -> Story:
    return Story(EXPENSE, who, day, clock, data, acts, to, receipts)


def pays(day: int, clock: str, who: str, reference: str) -> Act:
    return decides(day, clock, who, "Paid", data=values(payment_reference=reference))


TRAINING: Final = claim(
    "Two days of training on the new designer",
    (6, "Course fee", "other", "3600.00"),
    (5, "Lunches", "meals", "600.00"),
)

ACME: Final = (
    asks(
        -36, "10:10", "Asha",
        claim("Visit to the customer in Pune", (2, "Train, both ways", "travel", "460.00"), (2, "Lunch", "meals", "180.00")),
        decides(0, "16:40", "Ravi", "Pay"),
        pays(2, "11:15", "Farid", "NEFT 204417"),
        to="Ravi",
    ),
    asks(
        -33, "14:00", "Ravi",
        claim(
            "Three days on site in Bengaluru",
            (5, "Flight", "travel", "9200.00"),
            (3, "Hotel, two nights", "lodging", "7800.00"),
            (3, "Meals", "meals", "1450.00"),
            client="Initech",
        ),
        decides(1, "10:30", "Meera", "Finance panel", data=values(manager_note="Agreed with the client beforehand.")),
        decides(2, "10:40", "Farid", "Pay"),
        decides(2, "15:20", "Fiona", "Pay", data=values(finance_note="Invoiced to the client with the next bill.")),
        pays(3, "11:45", "Fritz", "NEFT 204502"),
        receipts=("Flight to Bengaluru", "Hotel"),
    ),
    asks(
        -27, "12:50", "Asha", claim("Lunch with the team", (1, "Lunch for six", "meals", "2340.00")),
        decides(1, "09:35", "Ravi", "Rejected", comment="This goes to the team's budget; give me the bill, please."),
        to="Ravi",
    ),
    asks(
        -25, "11:25", "Omar", TRAINING,
        decides(0, "17:10", "Meera", "Finance panel"),
        decides(
            2, "10:20", "Fiona", "Claim", comment="The bill of the course is missing. Please name its number.",
        ),
        says(2, "13:05", "Omar", "The number is CT-1182; the academy sends the paper by post."),
        decides(3, "09:40", "Omar", "Manager approval", data=TRAINING, comment="Bill CT-1182."),
        decides(3, "12:15", "Meera", "Finance panel"),
        decides(4, "10:05", "Farid", "Pay"),
        decides(4, "14:50", "Fiona", "Pay"),
        pays(5, "16:00", "Fiona", "NEFT 204633"),
    ),
    asks(
        -21, "09:55", "Fritz", claim("Stamps and courier", (1, "Courier to the auditors", "other", "890.00")),
        decides(1, "11:30", "Meera", "Pay"),
        pays(2, "10:50", "Farid", "NEFT 204701"),
    ),
    asks(
        -18, "15:35", "Hema",
        claim("Dinner with candidates", (2, "Dinner for four", "meals", "9800.00"), (2, "Taxi", "travel", "2500.00")),
        decides(1, "09:25", "Meera", "Finance panel"),
        involves(1, "10:00", "Hema", "Hari"),
        says(1, "16:20", "Fiona", "The policy allows 1,500 a person. Was there somebody else with you?"),
        says(2, "09:10", "Hema", "No, it was only the four of us."),
        decides(2, "11:05", "Farid", "Rejected", comment="Above the limit. Please claim what the policy allows."),
        decides(2, "12:20", "Fiona", "Rejected"),
    ),
    asks(
        # Two of Finance do not agree, and the third takes more than five working days.
        -13, "10:45", "Asha",
        claim("Keyboard and headset for working at home", (3, "Keyboard", "other", "1490.00"), (3, "Headset", "other", "890.00")),
        decides(0, "14:30", "Ravi", "Finance panel"),
        decides(1, "10:05", "Farid", "Pay"),
        decides(1, "11:25", "Fiona", "Rejected", comment="Headsets come from the office in Pune."),
        says(4, "15:00", "Asha", "Is anything missing?"),
        decides(7, "09:30", "Fritz", "Pay", comment="Pune has none left until May."),
        claims(7, "16:20", "Fiona"),
        pays(7, "16:45", "Fiona", "NEFT 204866"),
        to="Ravi",
    ),
    asks(
        # One of Finance agrees and nobody else votes: it stays with the panel, marked overdue.
        -9, "11:10", "Omar", claim("Licence of the drawing tool", (2, "One year", "other", "7650.00")),
        decides(1, "10:35", "Meera", "Finance panel", comment="Needed for the new forms."),
        watches(1, "10:50", "Meera"),
        decides(2, "11:20", "Fiona", "Pay"),
    ),
    asks(
        -4, "12:30", "Asha", claim("Taxi after the night release", (1, "Taxi", "travel", "860.00")),
        decides(1, "10:10", "Ravi", "Pay"),
        to="Ravi",
    ),
    asks(
        -2, "16:20", "Meera",
        claim("Conference in Mumbai", (7, "Ticket", "other", "14500.00"), (6, "Hotel", "lodging", "6200.00")),
        says(1, "09:50", "Ravi", "Does the ticket include the workshop day?"),
        says(1, "10:30", "Meera", "Yes, both days."),
        receipts=("Conference ticket", "Hotel in Mumbai"),
    ),
    asks(
        0, "15:50", "Asha",
        claim("Books on accessibility", (2, "Two books", "other", "3150.00")),
        to="Meera",
        receipts=("Two books",),
    ),
)  # fmt: skip

GLOBEX: Final = (
    asks(
        -15, "11:00", "Gita", claim("Job fair in Hamburg", (2, "Train", "travel", "84.50"), currency="EUR"),
        decides(1, "09:40", "Gus", "Pay"),
        pays(2, "10:15", "Gus", "SEPA 88120"),
    ),
    asks(
        -10, "14:15", "Gus", claim("Welcome gifts", (1, "Flowers and books", "other", "312.00"), currency="EUR"),
        decides(0, "16:30", "Gita", "Pay"),
        receipts=("Flowers and books",),
    ),
)  # fmt: skip
