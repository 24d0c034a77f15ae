"""What has to be accepted (reference 3.1): every form alone, every pair of
forms, triples at random, and the messages of real clients."""

from forms import Sending, apply, pairs, single, triples


def run(suite, random):
    suite.begin("3.1 forms alone")
    for chosen in single():
        suite.accept(title(chosen), apply(Sending(suite.signed()), chosen))
    suite.begin("3.1 forms in pairs")
    for i, chosen in enumerate(pairs(random)):
        suite.accept(f"row {i}: {title(chosen)}", apply(Sending(suite.signed()), chosen))
    suite.begin("3.1 forms in triples")
    for i, chosen in enumerate(triples(random, 150)):
        suite.accept(f"{i}: {title(chosen)}", apply(Sending(suite.signed()), chosen))


def title(chosen):
    return "; ".join(f"{d} {n}" for d, n in chosen)
