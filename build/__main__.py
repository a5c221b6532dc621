import sys

if __name__ == "__main__":
    try:
        from build.cli import main

        main(prog_name="python -m build")
    except KeyboardInterrupt:
        # Ctrl-C while the program is still being loaded; later ones end in build.cli.
        sys.exit(130)
