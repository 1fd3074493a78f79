"""``python -m core.supervisor FOLDER`` serves a data folder."""

import sys

from core.supervisor import main

sys.exit(main())
