"""A program for process_test: children of multiprocessing, by the method that it is told."""
import logging
import multiprocessing
import sys

import logio.auto  # noqa: F401

logging.getLogger().addHandler(logging.NullHandler())


def work(n):
    logging.error("%s child %d", sys.argv[1], n)


if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    logging.error("%s parent", sys.argv[1])
    children = [context.Process(target=work, args=(n,)) for n in range(3)]
    for each in children:
        each.start()
    for each in children:
        each.join()
    with context.Pool(2) as pool:
        pool.map(work, range(3, 6))
        pool.close()
        pool.join()
