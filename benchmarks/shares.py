"""How many of the open tasks wait for whom, the same for us and for the peers."""

PAGE = 25


def light(open_tasks: int) -> int:
    """Of a person with little to do: what each of a thousand has on average, at least one page. Another has every second."""
    return max(PAGE, open_tasks // 1_000)
