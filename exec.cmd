@rem Windows has no exec; package.json says "exec node" so that elsewhere Ctrl-C reaches Parley, not a shell.
@%*
