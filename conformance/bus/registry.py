"""The demonstration's registry as the program exports it: what answers about
people are held against."""

import datetime
import json
import subprocess
from collections import defaultdict


class Registry:
    def __init__(self, program, config):
        lines = subprocess.run([program, "registry", "export", "--config", config], check=True, capture_output=True).stdout.splitlines()
        kinds = defaultdict(dict)
        for line in lines:
            record = json.loads(line)
            kinds[record["type"]][record["id"]] = record
        self.persons, self.kinds = kinds["person"], kinds
        self.declarations = defaultdict(list)
        for declaration in kinds["declaration"].values():
            self.declarations[declaration["person_id"]].append(declaration)
        self.merged = defaultdict(set)  # into whom, whose duplicates; those not declined
        for pair in kinds["merged_pair"].values():
            self.merged[pair["master_person_id"]].add((pair["merge_person_id"], pair["status"]))

    def by(self, **fields):
        return [p for p in self.persons.values() if all(p.get(n) == v for n, v in fields.items())]

    def active(self, tax_id):
        return [p for p in self.by(tax_id=tax_id) if p["status"] == "active" and p["is_active"]]

    def own(self, person):
        """The declarations that have to be there: those made in the person's own record."""
        return {d["declaration_number"] for d in self.declarations[person["id"]] if d["status"] in ("active", "terminated", "closed")}

    def possible(self, person):
        """Those that may be there: with those of merged duplicates."""
        found, todo = set(), [person["id"]]
        seen = set()
        while todo:
            current = todo.pop()
            if current in seen:
                continue
            seen.add(current)
            found |= {d["declaration_number"] for d in self.declarations[current]}
            todo += [p for p, _ in self.merged[current]]
        return found

    def in_force(self, person):
        today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        return {d["declaration_number"] for d in self.declarations[person["id"]]
                if d["status"] == "active" and d["is_active"] and d["start_date"] <= today <= d["end_date"]}

    def doctor(self, declaration):
        """Words that tell the doctor of a declaration."""
        employee = self.kinds["employee"].get(declaration["employee_id"], {})
        party = self.kinds["party"].get(employee.get("party_id"), {})
        return [w for w in (party.get("last_name"), declaration["employee_id"], employee.get("party_id"), party.get("tax_id")) if w]
