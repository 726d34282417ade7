"""Asks every operation of the contract in ways that schemathesis thinks of, as everybody there is.

    .venv/bin/python fuzz.py < order.json

The order: {"address", "schema" (a path), "tokens" {name: token or null}, "ids" [of things that are there], "examples" (of each
operation), "seed", "seconds" (go on with new seeds so long; 0 for one round)}. The last line printed is a line of JSON that
counts what was asked and answered; the exit status is 1 where an answer was wrong, each of which is printed.

Wrong is: a status of 500 or more, no answer, what is no JSON, an error without a code of the contract, the code INTERNAL, and
data that do not fit the contract. A refusal with a code is an answer like any other.
"""

import datetime
import http.client
import json
import random
import re
import sys
import time
from collections import Counter
from dataclasses import replace

import schemathesis
from graphql import (
    FieldNode, FragmentSpreadNode, GraphQLEnumType, InlineFragmentNode, ListValueNode, OperationDefinitionNode, OperationType, build_schema,
    StringValueNode, Visitor, is_abstract_type, is_list_type, is_non_null_type, is_object_type, parse, print_ast, visit,
)
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

SCALARS = {
    "ID": lambda it: isinstance(it, str),
    "String": lambda it: isinstance(it, str),
    "Boolean": lambda it: isinstance(it, bool),
    "Int": lambda it: isinstance(it, int) and not isinstance(it, bool) and -2**31 <= it < 2**31,
    "Float": lambda it: isinstance(it, (int, float)) and not isinstance(it, bool),
    "DateTime": lambda it: isinstance(it, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", it),
    "NaiveDate": lambda it: isinstance(it, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", it),
}


class Contract:
    """What an answer, a status and a text, must be like."""

    def __init__(self, text):
        self.schema = build_schema(text)
        self.codes = set(self.schema.type_map["ErrorCode"].values)

    def collect(self, kind, selections, fragments, res):
        """The fields that are asked of an object of this type, by the name they have in the answer."""
        for it in selections:
            if isinstance(it, FieldNode):
                res.setdefault(it.alias.value if it.alias else it.name.value, []).append(it)
                continue
            if isinstance(it, FragmentSpreadNode):
                it = fragments[it.name.value]
            on = it.type_condition.name.value if it.type_condition else kind.name
            asked = self.schema.type_map[on]
            if on == kind.name or (is_abstract_type(asked) and self.schema.is_sub_type(asked, kind)):
                self.collect(kind, it.selection_set.selections, fragments, res)
        return res

    def misfit(self, kind, nodes, fragments, value, path):
        """Why a value is none of this type; nothing where it is one."""
        if is_non_null_type(kind):
            return f"{path} is null" if value is None else self.misfit(kind.of_type, nodes, fragments, value, path)
        if value is None:
            return None
        if is_list_type(kind):
            if not isinstance(value, list):
                return f"{path} is no list"
            each = (self.misfit(kind.of_type, nodes, fragments, it, f"{path}.{n}") for n, it in enumerate(value))
            return next((it for it in each if it), None)
        if isinstance(kind, GraphQLEnumType):
            return None if value in kind.values else f"{path} is {value!r}, which {kind.name} does not know"
        if is_abstract_type(kind):
            tried = [self.misfit(it, nodes, fragments, value, path) for it in self.schema.get_possible_types(kind)]
            return None if None in tried else f"{path} is no {kind.name}: {tried}"
        if not is_object_type(kind):
            return None if SCALARS[kind.name](value) else f"{path} is {value!r}, which is no {kind.name}"
        if not isinstance(value, dict):
            return f"{path} is no object"
        fields = {}
        for node in nodes:
            self.collect(kind, node.selection_set.selections, fragments, fields)
        if set(fields) != set(value):
            return f"{path} has {sorted(value)} where {sorted(fields)} were asked for"
        for name, asked in fields.items():
            field = asked[0].name.value
            if field == "__typename":
                if value[name] != kind.name:
                    return f"{path} says it is {value[name]}"
                continue
            fault = self.misfit(kind.fields[field].type, asked, fragments, value[name], f"{path}.{name}")
            if fault:
                return fault
        return None

    def fault(self, query, answer):
        """What is wrong with an answer to a query; nothing where it is right."""
        status, text = answer
        if status >= 500:
            return f"status {status}"
        try:
            body = json.loads(text)
        except ValueError:
            return "no JSON"
        if status != 200:
            return None if isinstance(body.get("code"), str) and body.get("detail") else "a problem without a code"
        if set(body) - {"data", "errors"} or "data" not in body:
            return f"keys {sorted(body)}"
        for error in body.get("errors", []):
            code = error.get("extensions", {}).get("code")
            if code not in self.codes or not error.get("message"):
                return f"an error without a code of the contract: {error}"
            if code == "INTERNAL":
                return "a fault of the program"
        if body["data"] is None:
            return None if body.get("errors") else "neither data nor errors"
        document = parse(query)
        fragments = {it.name.value: it for it in document.definitions if not isinstance(it, OperationDefinitionNode)}
        operation = next(it for it in document.definitions if isinstance(it, OperationDefinitionNode))
        root = self.schema.mutation_type if operation.operation == OperationType.MUTATION else self.schema.query_type
        return self.misfit(root, [operation], fragments, body["data"], "data")


def prove(contract):
    """An eye that sees nothing would find nothing either: each kind of wrong answer is told from a right one."""
    query = "{ me { name roles unit { id } } }"

    def fault(status, body):
        return contract.fault(query, (status, body if isinstance(body, str) else json.dumps(body)))

    def me(**fields):
        return {"data": {"me": {"name": "a", "roles": ["LIAISON"], "unit": {"id": "uni_1"}} | fields}}

    right = [(200, me()), (200, {"data": None, "errors": [{"message": "no", "extensions": {"code": "NOT_FOUND"}}]})]
    wrong = [
        (500, me()), (200, "<html>"), (400, {"detail": "no"}), (200, me(roles=None)), (200, me(name=7)), (200, me(more=1)),
        (200, me(roles="LIAISON")), (200, me(roles=["KING"])), (200, me(unit={})), (200, {"data": None}), (200, {"data": {}}),
        (200, {"data": None, "errors": [{"message": "no"}]}), (200, me() | {"extensions": {}}),
        (200, {"data": None, "errors": [{"message": "no", "extensions": {"code": "INTERNAL"}}]}),
        (200, {"data": None, "errors": [{"message": "no", "extensions": {"code": "UNHEARD_OF"}}]}),
    ]
    for answer in right:
        assert fault(*answer) is None, (answer, fault(*answer))
    for answer in wrong:
        assert fault(*answer), answer


def strategies(ids):
    """Values of the scalars: those that are there as often as any others."""
    node = schemathesis.graphql.nodes
    thing = st.one_of(st.sampled_from(ids), st.sampled_from(ids), st.text(max_size=50))
    instant = st.datetimes(min_value=datetime.datetime(1970, 1, 1))
    near = st.sampled_from(["2026-03-02T01:00:00Z", "2026-03-05T17:30:00+08:00", "2026-12-31T16:00:00Z", "nonsense", ""])
    schemathesis.graphql.scalar("ID", thing.map(node.String))
    schemathesis.graphql.scalar("DateTime", st.one_of(near, instant.map(lambda it: it.isoformat() + "Z")).map(node.String))
    schemathesis.graphql.scalar("NaiveDate", st.one_of(st.dates().map(str), st.sampled_from(["2026-03-06", "", "2026-02-30"])).map(node.String))


class Settle(Visitor):
    """Names things of the right kind where a thing is named, and leaves out what is optional and hardly ever right: of what
    schemathesis thinks of by itself little comes further than the first question of a rule."""

    OPTIONAL = {"expectedVersion", "onBehalfOf", "idempotencyKey"}
    KINDS = {
        "whistle": "whi", "assignment": "asg", "file": "fil", "upload": "upl", "petition": "pet", "petitions": "pet", "of": "pet", "unit": "uni", "units": "uni",
        "suggestedUnit": "uni", "replacement": "uni", "lead": "uni", "person": "per", "case": "whi",
    }

    def __init__(self, ids, chance):
        super().__init__()
        self.ids, self.chance = ids, chance

    def enter_object_field(self, node, *_):
        return self.REMOVE if node.name.value in self.OPTIONAL else self.enter_argument(node)

    def enter_argument(self, node, *_):
        kind = self.KINDS.get(node.name.value)
        known = [it for it in self.ids if kind and it.startswith(kind)]
        if not known:
            return None
        thing = StringValueNode(value=self.chance.choice(known))
        if isinstance(node.value, StringValueNode):
            return replace(node, value=thing)
        if isinstance(node.value, ListValueNode) and all(isinstance(it, StringValueNode) for it in node.value.values):
            return replace(node, value=ListValueNode(values=(thing,)))
        return None


def main():
    order = json.load(sys.stdin)
    with open(order["schema"], encoding="utf-8") as file:
        text = file.read()
    contract = Contract(text)
    prove(contract)
    strategies(order["ids"])
    operations = [it.ok() for it in schemathesis.graphql.from_path(order["schema"]).get_all_operations()]
    end = time.monotonic() + order["seconds"]
    line = http.client.HTTPConnection(order["address"], timeout=60)
    chance = random.Random(order["seed"])
    counts, faults, answered = Counter(), [], {}

    def ask(label, query):
        content = json.dumps({"query": query}).encode()
        for name, token in order["tokens"].items():
            headers = {"Accept-Language": "en", "Content-Type": "application/json"}
            if token:
                headers["Authorization"] = f"Bearer {token}"
            counts["requests"] += 1
            answer = None
            try:
                line.request("POST", "/graphql", content, headers)
                response = line.getresponse()
                answer = response.status, response.read().decode()
                fault = contract.fault(query, answer)
            except (OSError, http.client.HTTPException, UnicodeDecodeError) as error:
                line.close()
                fault = f"no answer: {error!r}"
            if fault:
                faults.append(f"{label} as {name}: {fault}\n{query}\n{answer}"[:4000])
                continue
            body = json.loads(answer[1])
            done = answer[0] == 200 and not body.get("errors")
            counts["done" if done else "refused"] += 1
            answered.setdefault(label, set()).add("done" if done else body.get("code") or body["errors"][0]["extensions"]["code"])

    n_round = 0
    while n_round == 0 or (time.monotonic() < end and not faults):
        for operation in operations:
            @seed(order["seed"] + n_round)
            @settings(max_examples=order["examples"], deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
            @given(operation.as_strategy())
            def each(case):
                query = case.body if isinstance(case.body, str) else print_ast(case.body)
                if chance.random() < 0.7:
                    query = print_ast(visit(parse(query), Settle(order["ids"], chance)))
                ask(operation.label, query)

            each()
        n_round += 1

    for it in faults[:20]:
        print(it)
    wanted = {it.label for it in operations}
    counts.update(operations=len(wanted), answered=len(answered), rounds=n_round, faults=len(faults))
    counts["operations_done"] = sum("done" in it for it in answered.values())
    print(json.dumps(counts))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
