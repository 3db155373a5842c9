"""Scrapy's settings for housecrawl, a block a concept.

Every name here is described in `docs/settings.md`. Components are named by dotted strings and
nothing imports this module: what a concept needs it reads once, into its own `Options`.
"""

from __future__ import annotations

import os

# Scrapy's cookies would ask a public host for the list of domain endings, past the gate: the list
# that came with the package does.
os.environ.setdefault("TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS", "")
# Arrow's own pool keeps what was freed: 80 MB at the end of a crawl. It is chosen as pyarrow is
# imported, so it stands here, and in `scraper/cli/project.py` for commands without a crawl.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

# Project
BOT_NAME = "housecrawl"
SPIDER_MODULES = ["spiders"]
COMMANDS_MODULE = "scraper.cli.commands"
HOUSECRAWL = True  # the mark by which a foreign `settings` module is told from this one
DATASET = ""  # a folder or s3://bucket/prefix: where the dataset lives
RUN_ID = ""  # names the run in every row; made from the time where it is empty

# Gate
CONTACT = ""  # a URL or mail address: who crawls. Part of the user agent, needed for public sites
PACE_DELAY = 1.0  # seconds between two requests to a public site whose file says nothing
PACE_CONCURRENCY = 4  # requests under way at once to such a site, and to each other host
PACE_WORKERS = 1  # crawls of the same site at once: each takes its share of the pace
FLEET_PACE = ""  # redis://HOST:PORT/DB: a server that holds the pace exactly over all crawls
ROBOTS_TIMEOUT = 10  # seconds that a robots.txt may take
ROBOTS_RETRY = 60  # seconds until one that could not be had is asked for again
BACK_OFF = 2  # seconds of rest after the first 429 or 503 without Retry-After, then doubled
RETRY_AFTER_MAX = 3600  # seconds that a Retry-After counts for at most
RIGHTS = "honour"  # honour | record: what rights signals reserve is left out, or only noted
RIGHTS_NOINDEX = "honour"  # honour | record: whether noindex counts as a reservation
TWISTED_DNS_RESOLVER = "scraper.gate.middleware.PublicResolver"
ROBOTSTXT_OBEY = False  # the gate obeys robots.txt; it cannot be switched off
DOWNLOADER_MIDDLEWARES = {  # without those that did nothing here, and cost every request
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scraper.browser.middleware.WaysMiddleware": 90,
    "scraper.gate.middleware.GateMiddleware": 100,
    "scraper.egress.middleware.EgressMiddleware": 110,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scraper.answer.middleware.AnswerMiddleware": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scraper.answer.middleware.RedirectsMiddleware": 600,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scraper.answer.middleware.CookiesMiddleware": 700,
}

# Egress
EGRESS = "direct"  # or addresses:IP,IP proxies:FILE gateway:URL ec2 ec2-pool:TAG=VALUE:PORT
EGRESS_ROTATIONS_PER_HOUR = 6  # times that a site may be asked from another address
EGRESS_REST = 60  # seconds that a refused address rests at first, then twice as long each time
EGRESS_PATIENCE = 180  # seconds that a crawl goes on without a page, once it is refused

# Browser
BROWSER = ""  # path of a Chromium; found by itself where it is empty
BROWSER_SANDBOX = "auto"  # auto | on | off
BROWSER_DEADLINE = 30  # seconds for everything that one page does
BROWSER_PAGES = 4  # pages at once
BROWSER_PAGES_PER_CONTEXT = 100  # a context is then replaced, with its cookies
BROWSER_MEMORY = 1500  # MB of all its processes, above which the browser is replaced
DATA_RECHECK = 200  # one house in so many that is read from its data is rendered too; 0: none
DOWNLOAD_HANDLERS = {
    "http": "scraper.browser.handler.BrowserHandler",
    "https": "scraper.browser.handler.BrowserHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}

# Photos
PHOTO_SIZE = 320  # pixels of the longer side at most
PHOTO_QUALITY = 85  # JPEG quality
PHOTO_CONCURRENCY = 16  # downloads at once
PHOTO_WORKERS = 0  # processes that decode; 0: one a core
PHOTO_MAX_BYTES = 25 * 2**20  # a larger download is refused
PHOTO_MAX_PIXELS = 40_000_000  # a larger picture is refused before it is decoded
PHOTO_SECONDS = 30  # a picture that takes longer to decode is refused

# Pipelines, in the order of a house's way
ITEM_PIPELINES = {
    "pipelines.clean.CleanPipeline": 200,
    "pipelines.validate.ValidatePipeline": 300,
    "pipelines.privacy.PrivacyPipeline": 400,
    "pipelines.archive.ArchivePipeline": 420,
    "pipelines.quality.QualityPipeline": 450,
    "pipelines.unchanged.UnchangedPipeline": 480,
    "pipelines.photos.PhotosPipeline": 500,
    "pipelines.store.StorePipeline": 800,
}

# Quality
ALARM_DAYS = 14  # days that three pages of an alarm are kept on this machine; 0: none are saved
QUALITY_LIMITS = {}  # what the gate allows, a number a check: docs/quality.md
QUALITY_ACCEPT = (
    ""  # why what the gate finds is published all the same; nothing is where it is empty
)

# Archive
ARCHIVE = ""  # a place for raw pages without personal data; none are kept where it is empty
ARCHIVE_DAYS = 30  # days after which a kept page is removed

# Refresh
REFRESH_ACTIVE_DAYS = 7  # days after which a house that is offered or pending is due again
REFRESH_REST_DAYS = 90  # the same for sold, off-market and gone houses, and those without a row
REFRESH_PAGES = 0  # houses that a refresh visits at most; 0: all that are due
REFRESH_LISTED = True  # visit at once what the lists show another price or state of
REFRESH_COMPARE = True  # ask on condition, and keep no row that says what the last one said

# Ledger
ATTEMPTS = 3  # times a house is tried before its failure is final
LIST_PAGES = 10_000  # pages of one list after which it counts as endless
STOP_BUDGET = 25  # seconds from SIGTERM until the process is gone, whatever hangs
SPOT_NOTICE = ""  # a file or an address that says that the machine is taken away soon
DOWNLOADER = "scraper.cli.downloader.StoppableDownloader"
EXTENSIONS = {
    "scraper.ledger.middleware.LedgerExtension": 0,
    "scraper.archive.middleware.ArchiveExtension": 50,
    "scraper.quality.middleware.QualityExtension": 100,
    "scraper.cli.progress.ProgressExtension": 500,
    "scraper.cli.metrics.MetricsExtension": 510,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.logstats.LogStats": None,
}

# Watch
LOG_JSON = False  # the log as a JSON object a line
METRICS = ""  # a folder for Prometheus's textfile collector, or the URL of a push gateway
COST_PER_HOUR = ""  # dollars, or a machine of `housecrawl plan`; /N: the share of one of N crawls

# HTTP
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 16  # the site file's pace decides, in the gate
CONCURRENT_ITEMS = 1  # of one answer: a page is one house, and each more costs all pages
COOKIES_ENABLED = True
DOWNLOAD_DELAY = 0
DOWNLOAD_MAXSIZE = 32 * 2**20
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = 20
DOWNLOAD_VERIFY_CERTIFICATES = True
METAREFRESH_ENABLED = False
PAGE_MAX_BYTES = 8 * 2**20  # a larger page is not read
PAGE_CLOSED = True  # a page without </html> counts as cut short
PAGE_SECONDS = 2  # of processor time; a page that takes longer to read is not read
REDIRECT_MAX_TIMES = 5
REMOTE_CONTROL_ENABLED = False
RETRY_TIMES = 1  # what fails then is tried again when the rest of the list is done
SPIDER_MIDDLEWARES = {  # every answer comes back, no address is told, and each costs every page
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
TELNETCONSOLE_ENABLED = False
WARN_ON_GENERATOR_RETURN_VALUE = False  # it reads the source of a callback again for many answers
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

# Log
STATS_CLASS = "scraper.cli.stats.Stats"
STATS_DUMP = False  # they stand in run.json
LOG_LEVEL = "INFO"
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LOG_FORMATTER = "scraper.cli.logformat.QuietLogFormatter"
LOG_DATEFORMAT = "%Y-%m-%d %H:%M:%S"
