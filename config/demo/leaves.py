"""Leave applications of the demo: through, refused, sent back, handed on, late, and waiting at every step."""

from typing import Final

from config.demo.story import (
    Act,
    Data,
    Story,
    claims,
    decides,
    hands,
    involves,
    leave,
    says,
    takes_over,
    values,
    watches,
    withdraws,
)

LEAVE: Final = "leave_application"
LOW, MEDIUM, HIGH = (values(criticality=level) for level in ("low", "medium", "high"))


def asks(day: int, clock: str, who: str, data: Data, *acts: Act) -> Story:
    return Story(LEAVE, who, day, clock, data, acts)


def passes(day: int, clock: str, manager: str, level: Data = LOW, *, to: str = "", comment: str = "") -> Act:
    """The manager agrees."""
    return decides(day, clock, manager, "HR review", to=to, comment=comment, data=level)


ACME: Final = (
    asks(
        -38, "09:40", "Asha", leave(14, 3, "My sister's wedding in Jaipur."),
        passes(0, "14:10", "Ravi", comment="The release is out by then."),
        decides(1, "10:25", "Hema", "Approved", data=values(hr_note="12 days left before this one.")),
    ),
    asks(
        -35, "11:05", "Farid", leave(8, 2, "Moving house."),
        says(0, "15:30", "Farid", "Fiona knows the open invoices and stands in for me."),
        passes(1, "09:50", "Meera"),
        decides(2, "11:40", "Hari", "Approved"),
    ),
    asks(
        -34, "10:15", "Hema", leave(10, 5, "Family visit in Kerala."),
        passes(0, "17:20", "Meera", MEDIUM),
        decides(1, "09:35", "Hari", "Approved", comment="Enjoy! I cover the new joiners."),
    ),
    asks(
        -32, "09:20", "Fiona", leave(4, 4, "A long weekend in Goa."),
        says(0, "12:00", "Meera", "Is anybody else there for the month-end closing?"),
        says(0, "12:45", "Fiona", "Fritz is, but he has not done it alone yet."),
        decides(1, "10:05", "Meera", "Rejected", data=HIGH, comment="Not during the closing. Any week after it is fine."),
    ),
    asks(
        -30, "13:30", "Asha", leave(6, 5, "Trekking with friends."),
        decides(
            1, "09:45", "Ravi", "Apply", data=HIGH, comment="We go live on the second day. Could you go a week later?"
        ),
        decides(1, "16:10", "Asha", "Manager review", data=leave(10, 5, "Trekking with friends, a week later.")),
        passes(2, "10:30", "Ravi", to="Hema", comment="Thank you for moving it."),
        decides(3, "15:15", "Hema", "Approved"),
    ),
    asks(
        -26, "10:50", "Meera", leave(15, 8, "Visiting my parents."),
        passes(1, "09:30", "Omar", MEDIUM),
        decides(2, "14:40", "Hema", "Approved", data=values(hr_note="Carried over from last year, expires in March.")),
    ),
    asks(
        -24, "12:20", "Fritz", leave(3, 1, "An appointment at the passport office."),
        withdraws(1, "09:15", "Fritz", "The appointment was moved to a Saturday."),
    ),
    asks(
        # Meera does not answer: a reminder, then over the time limit to the owner of the workflow.
        -22, "10:00", "Tess", leave(12, 2, "School admission of my daughter."),
        decides(3, "11:10", "Omar", "HR review", data=LOW, comment="Meera is travelling; I spoke to her on the phone."),
        decides(3, "16:30", "Hari", "Approved"),
    ),
    asks(
        -17, "09:30", "Asha", leave(5, 1, "Dentist, it takes the whole day."),
        says(1, "11:20", "Asha", "Ravi, could you have a look?"),
        passes(3, "10:15", "Meera", comment="Ravi is at the customer's site this week."),
        decides(4, "09:40", "Hema", "Approved"),
    ),
    asks(
        -14, "14:25", "Farid", leave(20, 15, "A trip to New Zealand that I have planned for years."),
        passes(1, "10:00", "Meera", MEDIUM, comment="Fine with me if the days suffice."),
        says(1, "13:10", "Hema", "You have 11 days left, and this takes 15. Unpaid leave would be another request."),
        decides(2, "09:55", "Hema", "Rejected", comment="Not enough days left.", data=values(hr_note="11 left, 15 asked.")),
    ),
    asks(
        -12, "16:05", "Ravi", leave(9, 3, "Paternity leave, second part."),
        involves(0, "16:10", "Ravi", "Asha"),
        passes(1, "09:20", "Meera", HIGH, to="Hema", comment="Asha stands in for you."),
        hands(1, "12:35", "Hema", "Hari", "You handled the first part."),
        decides(2, "10:45", "Hari", "Approved"),
    ),
    asks(
        -9, "11:40", "Fiona", leave(5, 2, "My mother's operation."),
        passes(0, "12:05", "Meera", comment="Of course. All the best to her."),
        claims(1, "09:30", "Hema"),
        takes_over(2, "10:10", "Hari", "Hema is ill today."),
        decides(2, "10:14", "Hari", "Approved"),
        watches(2, "10:20", "Hema"),
    ),
    asks(
        -6, "15:45", "Tess", leave(7, 4, "Holiday in Ooty."),
        decides(1, "11:00", "Meera", "Apply", data=MEDIUM, comment="Who opens the office on those days? Please add a name."),
    ),
    asks(
        # Meera again lets the time limit pass; Omar has it, and has not answered yet.
        -4, "10:30", "Fritz", leave(11, 3, "Cousin's wedding in Nagpur."),
        says(1, "17:05", "Fritz", "The train is filling up, so I would be glad about an early answer."),
    ),
    asks(
        -3, "09:25", "Asha", leave(13, 2, "Moving to the new flat."),
        passes(1, "16:50", "Ravi", MEDIUM),
    ),
    asks(
        -2, "13:15", "Omar", leave(8, 1, "Voluntary work at my old school."),
        passes(1, "10:40", "Meera", to="Hema", comment="Nice idea."),
        says(1, "11:30", "Hema", "We have a scheme for this; I am checking whether it needs a day off at all."),
    ),
    asks(-1, "15:10", "Hema", leave(16, 3, "Diving course.")),
    asks(0, "11:20", "Ravi", leave(18, 2, "Parents' day at the kindergarten and a day of rest.")),
    asks(
        0, "14:35", "Asha", leave(12, 1, "My brother visits from Canada."),
        says(0, "14:40", "Asha", "I can be reached by phone if something breaks."),
    ),
)  # fmt: skip

GLOBEX: Final = (
    asks(
        -30, "09:30", "Gita", leave(10, 4, "Hiking in the Harz."),
        passes(0, "13:00", "Gus"),
        decides(1, "10:00", "Gus", "Approved"),
    ),
    # Gus has no manager and owns the workflow himself: the request waits for an assignment.
    asks(-3, "10:20", "Gus", leave(15, 3, "A long weekend in Copenhagen.")),
    asks(-1, "16:00", "Gita", leave(9, 2, "Visitors from abroad.")),
)  # fmt: skip
