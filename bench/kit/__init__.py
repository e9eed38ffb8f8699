"""The time that a test takes: the same tests on Slipring's fixtures, on moto's decorator and on moto's server.

    python -m bench.kit

makes an environment of its own for it, with moto in it, and prints a table. `matrix` runs the example's tests on each
Python there is.
"""
