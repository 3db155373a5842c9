"""Which backend a setting means."""

from __future__ import annotations

from scraper.egress.addresses import Addresses
from scraper.egress.backend import Backend
from scraper.egress.direct import Direct
from scraper.egress.gateway import Gateway
from scraper.egress.options import Options
from scraper.egress.proxies import Proxies


def open_backend(options: Options) -> Backend:
    """The backend; SettingError where what the setting says cannot be used.

    Nothing is asked of anybody yet.
    """
    match options.kind:
        case "addresses":
            return Addresses(options.what)
        case "proxies":
            return Proxies(options.what)
        case "gateway":
            return Gateway(options.what)
        case "ec2":
            from scraper.egress.ec2 import Ec2  # boto3 costs a quarter of a second

            return Ec2()
        case "ec2-pool":
            from scraper.egress.ec2_pool import Ec2Pool

            return Ec2Pool(options.what)
        case _:
            return Direct()
