"""Acts on an account, each in one module: close, merge, reset, lock, disconnect, remove_factors, correct_mail, guardianship.

Pages, commands and jobs call the same function. `act_in(tx, …)` belongs to the transaction of a larger act; `act(…)` opens
one of its own. The caller judges who may do it.
"""
