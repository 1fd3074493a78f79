import sys

from core.supervisor import main

sys.exit(main())
