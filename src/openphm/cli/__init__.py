"""The command line: one file a command. Each opens one room, and says what came of it.

`main` finds the commands and turns mistakes into messages. `options`, `answering` and `showing` are
shared by the commands that answer questions.
"""
