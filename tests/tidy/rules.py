"""What the tidy test holds: the include table, the limits, the banned words.

This file is the one place where they are written down; check_*.py only apply them.
"""

# -- the include table ----------------------------------------------------------------------------
# module: (modules it may use, third-party libraries it may use). In the order of the data's way.
MODULES = {
    "base": ([], ["fmt", "boost"]),
    "record": (["base"], ["fmt", "boost"]),
    "wire": (["base", "record"], ["fmt", "boost", "simdjson", "msgpack"]),
    "ring": (["base"], ["boost"]),
    "filter": (["base", "record"], ["fmt", "boost", "re2"]),
    "journal": (["base", "record"], ["fmt", "boost", "zstd"]),
    "hub": (["base", "record", "ring", "filter"], ["fmt", "boost", "asio"]),
    "net": (["base"], ["fmt", "boost", "asio", "beast", "openssl", "zlib", "zstd"]),
    "input": (["base", "record", "wire", "net", "hub"], ["fmt", "boost", "asio"]),
    "sink": (["base", "record", "wire", "filter", "net", "hub", "journal"],
             ["fmt", "boost", "asio", "rdkafka"]),
    "serve": (["base", "record", "wire", "net", "hub", "filter", "journal"],
              ["fmt", "boost", "asio", "beast"]),
    "config": (["base"], ["fmt", "boost", "tomlplusplus", "cli11"]),
    # In clients/cpp, and for others' programs: the standard library and the system only.
    "client": ([], []),
    "app": (["base", "record", "wire", "ring", "filter", "journal", "hub", "net", "input", "sink",
             "serve", "config", "client"],
            ["fmt", "boost", "asio", "beast", "cli11", "re2", "openssl"]),
}

# A module whose files are not in src/MODULE and include/logio/MODULE: folder of its sources, of its
# public headers, and its list.
ELSEWHERE = {"client": ("clients/cpp/src/", "clients/cpp/include/logio/client/",
                        "clients/cpp/CMakeLists.txt")}

# config knows what can be set of a module, never what the module does.
OPTIONS_HEADER = r"(.*_)?options\.hpp"

# The line by which the build finds a class of tests, and the files in which it looks for it.
TEST_CLASS = r"class [A-Za-z]+\((([A-Za-z]+, )?unittest\.TestCase|[a-z_]+_test\.[A-Za-z]+)\):"
REGISTERED_TESTS = r"(tests/(?!tidy/)|clients/).*\.py"

# The first match names the library; system headers match none.
THIRD_PARTY = [
    ("asio", r"boost/asio(/|\.hpp)"),
    ("beast", r"boost/beast(/|\.hpp)"),
    ("boost", r"boost/"),
    ("fmt", r"fmt/"),
    ("re2", r"re2/"),
    ("simdjson", r"simdjson(\.h|/)"),
    ("msgpack", r"msgpack(\.hpp|/)"),
    ("cli11", r"CLI/"),
    ("tomlplusplus", r"toml(\+\+|\.hpp)"),
    ("openssl", r"openssl/"),
    ("zlib", r"zlib\.h"),
    ("zstd", r"zstd"),
    ("rdkafka", r"librdkafka/"),
    ("catch2", r"(catch2/|catch_amalgamated)"),
]

# Behind one .cpp of a module: no header and no second file of it may include them.
BEHIND_ONE_SOURCE = ["re2", "simdjson", "msgpack", "zlib", "zstd", "tomlplusplus"]

# Behind one private header, which only .cpp files include: nothing else may include them.
BEHIND_ONE_HEADER = {"rdkafka": "src/sink/kafka_library.hpp"}

# What a module must not touch although no other module has it.
NEVER = {
    "wire": [(r"<(sys/socket|netinet/|arpa/|netdb|sys/epoll)", "sockets"),
             (r"(_clock::now|clock_gettime|gettimeofday)\s*\(", "a clock")],
    "filter": [(r"(_clock::now|clock_gettime|gettimeofday)\s*\(", "a clock")],
}

# -- limits ---------------------------------------------------------------------------------------
FILE_LINES_SOFT = 400
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
LINE_COLUMNS_MAX = 100

# -- words ----------------------------------------------------------------------------------------
# (what, pattern, where it applies, where it is right). Patterns see C++ without comments and
# string literals unless `raw`. Words that this file must not contain itself are put together.
WORDS = [
    ("std::regex: use RE2", r"std::regex|include\s*<regex>", r".*\.[ch]pp", None),
    ("a sleep in a test: wait for a condition with a deadline",
     r"sleep_for|sleep_until|\bu?sleep\s*\(|nanosleep\s*\(", r"tests/.*\.[ch]pp", None),
    ("a sleep in a test: wait for a condition with a deadline",
     r"time\.sleep|\bimport sleep", r"tests/.*\.py", r"tests/tidy/.*"),
    ("a sleep in a test: wait for a condition with a deadline",
     r"time\.Sleep\b", r".*_test\.go", None),
    ("getenv outside config and app", r"\bgetenv\b", r"(src|include/logio)/.*",
     r"(src|include/logio)/(config|app)/.*"),
    ("detached outside app: spawn through a task group", r"\b(net|asio)::detached\b",
     r"(src|include/logio)/.*", r"src/app/.*"),
    ("a capturing lambda is a coroutine: its captures die before it ends",
     r"\[[^\]\s][^\]]*\]\s*\([^()]*\)\s*(mutable\s*)?(noexcept\s*)?->\s*[\w:]*(task|awaitable)\s*<",
     r".*\.[ch]pp", None),
    ("a string_view parameter of a coroutine may dangle: take a string",
     r"\b(task|awaitable)<[^;{}()]*>\s+[\w:]+\s*\([^()]*string_view", r".*\.[ch]pp", None),
    ("g++ 12 makes a wrong coroutine of nullptr in an awaited call: give it a name",
     r"\bco_await\b[^;{}]*\bnullptr\b", r".*\.[ch]pp", None),
    ("atomic_thread_fence: ThreadSanitizer does not see it, put the orders on the atomics",
     r"atomic_thread_fence|__atomic_thread_fence", r".*\.[ch]pp", None),
]
RAW_WORDS = [
    ("a value put into JSON unescaped: use append_json_string",
     r'(?<!code)\\":\s*\\"(\{[^}:]*\}|%s)', r"(src|include)/.*", None),
    ("JSON escaped by hand: use append_json_string", r'"\\\\\\""', r"(src|include)/.*",
     r"(src|include/logio)/(base|wire)/json_\w+\.[ch]pp"),
    ("unfinished work", r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|not[ ]implemented", r".*",
     None),
    ("a document that is not in the project: name the README's part", r"\b(INTER" r"FACES|PROTO"
     r"COLS)\b", r".*", None),
    ("a path of the builder's machine", r"(?<![\w.])/(wo" r"rk|ro" r"ot|ho" r"me/\w+)/|\.\./sha"
     r"red\b", r".*", None),
    ("a registry's host name",
     r"(deb|snapshot|security|archive)\.deb" r"ian\.(org|net)|py" r"pi\.org|python" r"hosted\.org|"
     r"registry\.np" r"mjs|crates" r"\.io|proxy\.gol" r"ang\.org|repo1?\.ma" r"ven", r".*", None),
]

# -- files ----------------------------------------------------------------------------------------
FOLDERS = ["src", "include", "tests", "bench", "scripts", "docker", "packaging", "docs", "clients",
           ".ci"]
ROOT_FILES = ["CMakeLists.txt", "CMakePresets.json", ".clang-format", ".clang-tidy",
              ".dockerignore", ".editorconfig", ".gitattributes", ".gitignore", "README.md",
              "DESIGN.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"]
# Bytes, not text: captured input must not be judged.
DATA = r"(tests|bench)/(.*/)?(corpus|golden|data)/.*"
