### Operations: dead letters
letters = Dead letters
letter = Dead letter
letters-what = What could not be handed on or mapped. Nothing of it is lost: it waits here for a person.
letters-list = Letters
letters-none = Nothing waits for you
letters-none-next = All that was accepted was handed on, or is on its way.
letters-none-like = No letter is like this
letters-none-like-next = Ask for less in the filter.
letters-done-redriven = { $count ->
    [one] One letter goes out again or is mapped now.
   *[other] { $count } letters go out again or are mapped now.
}
letters-done-discarded = { $count ->
    [one] One letter was given up.
   *[other] { $count } letters were given up.
}
letters-done-none = Nothing was done: no letter was chosen, or none of them waits any more.
letters-skipped = { $count ->
    [one] Nothing was done with one letter
   *[other] Nothing was done with { $count } letters
}
letters-all = All of this filter
letters-all-hint = Also those that are not on this page. You are asked before anything is done.
letters-more = There are more: this is about the { $count } oldest. Repeat it for the others.
filter = Filter
filter-do = Filter
filter-none = Without a filter
any = Any
letter-state = State
letter-waiting = Waits
letter-discarded = Given up
letter-kind = Kind
letter-message = Message to the chat
letter-event = Event for the platform
letter-request = Request that was not mapped
letter-code = Code of the problem
letter-after = Failed since (UTC)
letter-choose = Choose { $id }
letter-attempts = { $count ->
    [one] one attempt
   *[other] { $count } attempts
}
letter-given-up = given up by { $who }: { $reason }
letter-holds = Holds its conversation
letter-holds-hint = What is younger in its conversation waits until this is redriven or given up.
letter-do = What to do
redrive-serving = By the revision that serves
redrive-chosen = Redrive the chosen…
redrive-all = Redrive all…
redrive-title = { $count ->
    [one] Redrive one letter?
   *[other] Redrive { $count } letters?
}
discard-chosen = Give the chosen up…
discard-all = Give all up…
discard-one = Give up…
discard-title = { $count ->
    [one] Give one letter up?
   *[other] Give { $count } letters up?
}
discard-what = They stay in the record and are not handed on any more. What waits behind them goes out. This cannot be undone.
discard-do = Give up
discard-reason-wrong = Say why, in 1 to 1000 characters.
replay-first = First see what it becomes in another revision
