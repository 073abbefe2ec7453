"""The simulation as a program: `python3 test/simulation --help`."""

import argparse
import gc
import json
import multiprocessing
import os
import shlex
import sys
import time

import simulate
from named import NAMED, SEEDS


def prepare(numbers):
    """Each process has a core of its own: its threads take turns, and on two cores each turn would wake up the other one. The garbage
    collector runs between two cases; in the middle of one it costs 7 % and frees nothing."""
    gc.disable()
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[numbers.get() % len(cores)]})


def plan_of(case):
    """A case is a seed, or a name and a seed."""
    return simulate.generate(case) if isinstance(case, int) else NAMED[case[0]]


def seed_of(case):
    return case if isinstance(case, int) else case[1]


def attempt(case):
    """Why the schedule fails; None where it does not. And the simulated seconds."""
    gc.collect()
    try:
        return case, None, simulate.run(seed_of(case), **plan_of(case))
    except simulate.Failure as failure:
        return case, str(failure), 0.0


def fails(seed, plan, reason):
    try:
        simulate.run(seed, **plan)
    except simulate.Failure as failure:
        return failure if failure.reason.split(" for ")[0] == reason.split(" for ")[0] else None
    return None


def shrink(case):
    """A schedule without the faults that do not matter, and how it fails."""
    plan, seed = plan_of(case), seed_of(case)
    try:
        simulate.run(seed, **plan)
        return plan, None
    except simulate.Failure as first:
        failure = first
    for fault in [fault for faults, _ in plan["chain"] for fault in faults]:
        fewer = [([each for each in faults if each is not fault], is_planned) for faults, is_planned in plan["chain"]]
        smaller = {**plan, "chain": [(faults, is_planned) for faults, is_planned in fewer if faults]}
        other = fails(seed, smaller, failure.reason)
        if other:
            plan, failure = smaller, other
    return plan, failure


def show(case):
    plan, failure = shrink(case)
    print(f"{case}: {failure or 'passes'}")
    print("  " + ", ".join(f"{name}: {value}" for name, value in plan.items() if name != "chain"))
    for number, (faults, is_planned) in enumerate(plan["chain"], 1):
        print(f"  schedule {number}{', planned' if is_planned else ''}:")
        for fault in faults:
            print(f"    {fault}")
    if failure:
        for at, who, text in failure.log:
            print(f"    {at:7.3f} {who:5} {text}")


def options():
    parser = argparse.ArgumentParser(prog="test/simulation", description="Runs schedules of faults against the keeper's code.")
    parser.add_argument("--schedules", type=int, default=2000, help="how many generated ones, some to a seed (default: 2000)")
    parser.add_argument("--from", dest="first", type=int, default=1, help="the first seed (default: 1)")
    parser.add_argument("--named", action="store_true", help="the ones with a name alone")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"how many seeds each name is run with (default: {SEEDS})")
    parser.add_argument("--fail-fast", action="store_true", help="stop at the first schedule that fails")
    parser.add_argument("--replay", help="this seed alone, without the faults that don't matter, and the log; or NAME:SEED")
    parser.add_argument("--reactions", metavar="NAME", help="what Heartbeat logs under a named schedule, as JSON, an entry for each seed")
    parser.add_argument("--slowest", type=float, default=1.0, help="--reactions: how many times slower a host can be (default: 1)")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="side by side (default: one a core)")
    return parser.parse_args()


def case_of(text):
    name, _, seed = text.rpartition(":")
    return (name, int(seed)) if name else int(seed)


def main():
    wanted = options()
    if wanted.replay:
        show(case_of(wanted.replay))
        return 0
    if wanted.reactions:
        case, seeds = NAMED[wanted.reactions], range(1, wanted.seeds + 1)
        print(json.dumps([simulate.reactions(seed, slowest=wanted.slowest, **case) for seed in seeds]))
        return 0
    began = time.monotonic()
    named = [(name, seed) for seed in range(1, wanted.seeds + 1) for name in NAMED]
    generated = [] if wanted.named else list(range(wanted.first, wanted.first + -(-wanted.schedules // simulate.CHAIN)))
    failures, simulated = [], 0.0
    for case, reason, seconds in results(named + generated, wanted.processes):
        simulated += seconds
        if reason:
            failures.append(case)
            print(f"{case}: {reason}", flush=True)
            if wanted.fail_fast:
                break
    report(named, generated, failures, time.monotonic() - began, simulated)
    return 1 if failures else 0


def results(cases, processes):
    """What `attempt` returns for each case, as soon as it is known. One process needs no pool: whoever ends it ends all of it."""
    if processes == 1:
        yield from map(attempt, cases)
        return
    numbers = multiprocessing.Queue()
    for number in range(processes):
        numbers.put(number)
    with multiprocessing.Pool(processes, prepare, (numbers,)) as pool:
        yield from pool.imap_unordered(attempt, cases, chunksize=8)


def report(named, generated, failures, took, simulated):
    """The end as unittest has it. A name is one test, and so are all generated schedules together."""
    for case in failures[:3]:
        text = case if isinstance(case, int) else shlex.quote(f"{case[0]}:{case[1]}")
        print(f"\nto see one again: python3 test/simulation --replay {text}")
    count = len(named) + len(generated) * simulate.CHAIN
    print(f"\n{count} schedules, {simulated / 3600:.1f} simulated hours, {len(failures)} failed")
    print(f"Ran {len(NAMED) + bool(generated)} tests in {took:.3f}s")
    failed = {case if isinstance(case, int) else case[0] for case in failures}
    failed = {name if isinstance(name, str) else "generated" for name in failed}
    print(f"\nFAILED (failures={len(failed)})" if failed else "\nOK")


if __name__ == "__main__":
    sys.exit(main())
