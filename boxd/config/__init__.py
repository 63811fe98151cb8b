"""The configuration: its schema, its file, its errors."""

from boxd.config.display import show as show
from boxd.config.reading import load as load
from boxd.config.schema import Config as Config
from boxd.secret_files import check_secret_mode as check_secret_mode
