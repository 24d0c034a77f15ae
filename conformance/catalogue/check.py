"""Runs `dovidka verify --json` over the set: check.py PROGRAM FOLDER [PART-OF-ID]. Ends with the totals."""

import concurrent.futures
import json
import pathlib
import subprocess
import sys

EXITS = {"valid": 0, "invalid": 1, "indeterminate": 2}
FIELDS = {"cn": "common_name", "drfo": "drfo", "unzr": "unzr", "edrpou": "edrpou", "is_stamp": "is_stamp"}


def run(program, folder, case):
    """Returns the answer of the program or what is wrong with it."""
    command = [program, "verify", "--json", "--offline", "--at", case["validation_time"]]
    for flag, names in (("trust", "trust"), ("intermediate", "intermediates"), ("crl", "crls"), ("ocsp", "ocsps")):
        for path in case.get(names) or []:
            command += ["--" + flag, str(folder / path)]
    if case.get("content"):
        command += ["--content", str(folder / case["content"])]
    done = subprocess.run([*command, str(folder / case["file"])], capture_output=True, timeout=60)
    if b"goroutine " in done.stderr:
        return None, ["it crashed: %r" % done.stderr[:300]]
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return None, ["exit %d: %r" % (done.returncode, done.stderr[:300])]
    if EXITS.get(answer["verdict"]) != done.returncode:
        return answer, ["exit %d with %s" % (done.returncode, answer["verdict"])]
    return answer, []


def compare(case, answer):
    """Lists what the answer has otherwise than the case says."""
    wrong = []
    got = answer["verdict"] + (": " + answer["reason"] if answer["reason"] else "")
    if case["strength"] == "any":
        return wrong
    if answer["verdict"] != case["expect"]:
        return ["%s, want %s" % (got, case["expect"])]
    if case["expect"] == "valid" and case.get("level") and answer["level"] != case["level"]:
        wrong.append("level %s, want %s" % (answer["level"], case["level"]))
    now = answer.get("may_authorise")
    if case.get("authorise") and now["verdict"] != case["authorise"]:
        wrong.append("authorises: %s %s, want %s" % (now["verdict"], now["reason"], case["authorise"]))
    if case.get("signer"):
        wrong += compare_signer(case["signer"], answer["signers"])
    return wrong


def compare_signer(want, signers):
    if len(signers) != 1:
        return ["%d signers" % len(signers)]
    wrong = [f"{FIELDS[k]}: {signers[0][FIELDS[k]]!r}, want {v!r}" for k, v in want.items() if signers[0][FIELDS[k]] != v]
    return wrong + [k + " out of nowhere" for k in ("drfo", "unzr", "edrpou") if k not in want and signers[0][k]]


def main(program, folder, part=""):
    folder = pathlib.Path(folder)
    file = json.loads((folder / "cases.json").read_text())
    cases = [c for c in file["cases"] + file["asic_cases"] if part in c["id"]]
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda c: run(program, folder, c), cases))
    for case, (answer, wrong) in zip(cases, results):
        wrong = wrong or compare(case, answer)
        passed, failed = passed + (not wrong), failed + bool(wrong)
        if part or "-v" in sys.argv:
            print(case["id"], case["expect"], case["strength"], "->", answer and (answer["verdict"], answer["reason"]), "|", case["reason"])
        if wrong:
            print("FAILED %s (%s): %s" % (case["id"], case["reason"], "; ".join(wrong)))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "-v"]
    sys.exit(main(*arguments))
