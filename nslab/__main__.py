"""`python -m nslab`, for where the installed script is not on the PATH."""

import sys

from nslab.cli.main import main

sys.exit(main())
