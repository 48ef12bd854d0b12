"""Kill programs and break connections while people write, and compare what each side has in the end.

No message may be lost or come twice, out of order, under a wrong persona or in a wrong state, and no conversation may
be with the wrong holder. The exit status is 1 when one of these counts is not zero. A seed repeats what is said and
what goes wrong, though not to the millisecond. --mutation builds a fault into the console's programs, to show that it
is noticed.
"""

import argparse
import secrets
import signal
import sys

from tests.chaos import desks
from tests.chaos.mutations.sitecustomize import MUTATIONS
from tests.chaos.run import PATIENCE, Plan, run


def main():
    parser = argparse.ArgumentParser(
        prog="bin/chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=600, help="how long things go wrong (600)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="any number; printed in any case")
    parser.add_argument("--conversations", type=int, default=60, help="how many customers write at once (60)")
    parser.add_argument("--think-time", type=float, help="s between two steps of one conversation, on average")
    parser.add_argument(
        "--mutation", default="", choices=["", *MUTATIONS, *desks.MUTATIONS], help="a fault to build in"
    )
    desks_help = "how many agents write in a real browser that loses its network (1, where there is a Chromium)"
    parser.add_argument("--desks", type=int, default=int(bool(desks.chromium())), help=desks_help)
    parser.add_argument("--no-deaths", dest="deaths", action="store_false", help="no Page's token ends")
    parser.add_argument("--patience", type=int, default=PATIENCE, help=f"s for all to come to rest ({PATIENCE})")
    parser.add_argument("--calm", action="store_true", help="nothing goes wrong, and no program may grow: bin/soak")
    parser.add_argument("--logs", metavar="FOLDER", help="keep what the programs wrote")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    print(f"seed {options.seed}", flush=True)
    try:
        outcome = run(Plan(**vars(options)))
    except KeyboardInterrupt:
        sys.exit(130)
    print(outcome.report(), flush=True)
    sys.exit(0 if outcome.is_clean else 1)


if __name__ == "__main__":
    main()
