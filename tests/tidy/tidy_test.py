"""The tidy test itself: a small good tree passes, and each rule fires on the smallest bad one."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import rules  # noqa: E402
import source  # noqa: E402
import tidy  # noqa: E402

GOOD = {
    "include/logio/base/result.hpp": "/// A result.\n#pragma once\n\n#include <string>\n",
    "include/logio/wire/codec.hpp":
        '/// A codec.\n#pragma once\n\n#include "logio/base/result.hpp"\n',
    "src/base/CMakeLists.txt": "logio_library(NAME base SOURCES result.cpp)\n",
    "src/base/result.cpp": '#include "logio/base/result.hpp"\n\nint f(int x) {\n  return x;\n}\n',
    "src/wire/CMakeLists.txt":
        "logio_library(NAME wire SOURCES codec.cpp DEPS base PRIVATE_DEPS simdjson)\n",
    "src/wire/codec.cpp": '#include "logio/wire/codec.hpp"\n\n#include <simdjson.h>\n',
    "tests/base/CMakeLists.txt": "logio_test(NAME base_test SOURCES result_test.cpp DEPS base)\n",
    "tests/base/result_test.cpp": '#include "logio/base/result.hpp"\n',
    "tests/wire/CMakeLists.txt": "logio_test(NAME wire_test SOURCES codec_test.cpp DEPS wire)\n",
    "tests/wire/codec_test.cpp": '#include "logio/wire/codec.hpp"\n',
}


class tree_test(unittest.TestCase):
    def found(self, changes):
        """The rules that fire on the good tree with these files replaced (None: removed)."""
        files = {path: text for path, text in {**GOOD, **changes}.items() if text is not None}
        problems, self.warnings = tidy.judge(files)
        self.problems = problems
        return {rule for _, _, rule, _ in problems}

    def fires(self, rule, changes):
        self.assertEqual(self.found(changes), {rule}, self.problems)

    def body(self, text, path="src/base/result.cpp"):
        return {path: GOOD[path] + text}


class include_table(tree_test):
    def test_a_good_tree_has_no_problem(self):
        self.assertEqual(self.found({}), set(), self.problems)

    def test_every_forbidden_pair_of_the_table_fires(self):
        for module, (allowed, _) in rules.MODULES.items():
            for other in rules.MODULES:
                if other in allowed or other in (module, "app"):
                    continue
                problems = []
                tidy.check_modules.check(
                    {f"src/{module}/x.cpp": f'#include "logio/{other}/y.hpp"\n'}, problems)
                self.assertEqual([p[2] for p in problems], ["include-table"], (module, other))

    def test_the_table_has_no_cycle(self):
        seen = []
        left = dict(rules.MODULES)
        while left:
            ready = [m for m, (allowed, _) in left.items() if all(a in seen for a in allowed)]
            self.assertTrue(ready, f"a cycle among {sorted(left)}")
            seen += ready
            for module in ready:
                del left[module]

    def test_a_module_that_is_not_in_the_table(self):
        self.fires("include-table", {"src/extra/x.hpp": "#pragma once\n",
                                     **self.body('#include "x.hpp"\n')})

    def test_a_library_that_the_module_may_not_use(self):
        self.assertIn("include-table", self.found(self.body("#include <boost/asio/post.hpp>\n")))
        self.assertIn("include-table", self.found(self.body("#include <boost/beast.hpp>\n")))

    def test_app_is_included_by_nobody(self):
        self.assertIn("include-table", self.found(self.body('#include "logio/app/run.hpp"\n')))

    def test_config_may_use_options_headers_only(self):
        for name, count in (("options", 0), ("ring_options", 0), ("ring", 1)):
            problems = []
            tidy.check_modules.check(
                {"src/config/x.cpp": f'#include "logio/ring/{name}.hpp"\n'}, problems)
            self.assertEqual(len(problems), count, name)

    def test_a_private_header_of_another_module(self):
        self.fires("include-table", {
            "src/base/secret.hpp": "#pragma once\n",
            **self.body('#include "base/secret.hpp"\n', "src/wire/codec.cpp")})

    def test_wire_must_not_touch_sockets_or_a_clock(self):
        for text in ("#include <sys/socket.h>\n", "auto t = std::chrono::steady_clock::now();\n"):
            self.fires("include-table", self.body(text, "src/wire/codec.cpp"))
            self.assertEqual(self.found(self.body("// " + text, "src/wire/codec.cpp")), set())

    def test_a_library_behind_one_source_in_a_header(self):
        self.assertIn("behind-one-source", self.found({
            "src/wire/helper.hpp": "#pragma once\n#include <simdjson.h>\n",
            **self.body('#include "wire/helper.hpp"\n', "src/wire/codec.cpp")}))

    def test_a_library_behind_one_header_only_in_bodies(self):
        def found(path, include):
            problems = []
            files = {"src/sink/kafka_library.hpp": "#include <librdkafka/rdkafka.h>\n",
                     "src/sink/kafka_producer.cpp": '#include "sink/kafka_library.hpp"\n',
                     path: f"#include {include}\n"}
            tidy.check_modules.check(files, problems)
            return [(p[0], p[2]) for p in problems]

        header, library = '"sink/kafka_library.hpp"', "<librdkafka/rdkafka.h>"
        self.assertEqual(found("src/sink/kafka_consumer.cpp", header), [])
        for path, include in (("src/sink/kafka_consumer.cpp", library),
                              ("src/sink/kafka_producer.hpp", library),
                              ("src/sink/kafka_producer.hpp", header)):
            self.assertEqual(found(path, include), [(path, "behind-one-header")])
        self.assertIn(("include/logio/sink/kafka_consumer.hpp", "behind-one-header"),
                      found("include/logio/sink/kafka_consumer.hpp", header))

    def test_a_library_behind_two_sources_of_a_module_but_not_of_two(self):
        two = {"src/net/a.cpp": "#include <zstd.h>\n", "src/net/b.cpp": "#include <zstd.h>\n"}
        self.assertIn("behind-one-source", self.found(two))
        two = {"src/net/a.cpp": two["src/net/a.cpp"], "src/journal/a.cpp": two["src/net/b.cpp"]}
        self.assertNotIn("behind-one-source", self.found(two))


class link_graph(tree_test):
    def lists(self, text):
        return {"src/wire/CMakeLists.txt": text}

    def test_linked_but_not_included(self):
        self.fires("link-graph", self.lists(
            "logio_library(NAME wire SOURCES codec.cpp DEPS base record PRIVATE_DEPS simdjson)\n"))

    def test_included_but_not_linked(self):
        self.fires("link-graph", self.lists(
            "logio_library(NAME wire SOURCES codec.cpp PRIVATE_DEPS simdjson)\n"))

    def test_a_public_header_needs_a_public_link(self):
        self.fires("link-graph", self.lists(
            "logio_library(NAME wire SOURCES codec.cpp PRIVATE_DEPS simdjson base)\n"))

    def test_linked_against_the_table(self):
        self.fires("link-graph", self.lists(
            "logio_library(NAME wire SOURCES codec.cpp DEPS base hub PRIVATE_DEPS simdjson)\n"))

    def test_simdjson_only_privately(self):
        self.fires("link-graph", self.lists(
            "logio_library(NAME wire SOURCES codec.cpp DEPS base simdjson)\n"))


class sizes(tree_test):
    def test_a_long_file(self):
        self.fires("file-length", self.body("// x\n" * rules.FILE_LINES_MAX))

    def test_a_longish_file_is_a_warning(self):
        self.assertEqual(self.found(self.body("// x\n" * rules.FILE_LINES_SOFT)), set())
        self.assertEqual([w[2] for w in self.warnings], ["file-length"])

    def test_a_long_function(self):
        for head in ("void g() {", "class c {\n  c() : a_{1} {",
                     "namespace n {\nvoid c::g() const {", 'TEST_CASE("a { brace") {',
                     "template <class T> requires (x)\nint g(T t) {"):
            closing = "}\n" * head.count("\n") if "requires" not in head else ""
            for lines, rule in ((60, set()), (70, {"function-length"})):
                text = head + "\n" + "  f(1);\n" * lines + "}\n" + closing
                self.assertEqual(self.found(self.body(text)), rule, (head, lines, self.problems))

    def test_a_long_table_is_no_function(self):
        self.assertEqual(self.found(self.body("int t[] = {\n" + "  1,\n" * 90 + "};\n")), set())

    def test_a_long_python_function(self):
        self.fires("function-length", {"tests/e2e/x.py": "def f():\n" + "    x = 1\n" * 71})

    def test_a_long_go_function(self):
        for lines, rule in ((68, set()), (69, {"function-length"})):
            text = "func (t *talk) run() {\n" + "\tf(1)\n" * lines + "}\n\nfunc g() {}\n"
            self.assertEqual(self.found({"clients/go/x.go": text}), rule, (lines, self.problems))

    def test_a_long_go_line_has_tabs_of_four_columns(self):
        self.fires("line-length", {"clients/go/x.go": "\t\t// " + "x" * 90 + "\n"})
        self.assertEqual(self.found({"clients/go/x.go": "\t\t// " + "x" * 89 + "\n"}), set())

    def test_a_long_line_counts_characters_and_not_bytes(self):
        self.fires("line-length", self.body("// " + "x" * 98 + "\n"))
        self.assertEqual(self.found(self.body("// " + "é" * 97 + "\n")), set())

    def test_white_space_at_the_end(self):
        self.fires("line-length", self.body("int x; \n"))


class headers(tree_test):
    def test_no_pragma_once(self):
        self.fires("pragma-once", {"include/logio/base/result.hpp": "/// A result.\n"})

    def test_no_header_comment(self):
        self.fires("header-comment", {"include/logio/base/result.hpp": "#pragma once\n"})


class words(tree_test):
    def bad(self, text, path="src/base/result.cpp"):
        self.fires("banned-word", {path: GOOD.get(path, "") + text})

    def test_each_word(self):
        self.bad("std::reg" "ex r;\n")
        self.bad("#include <reg" "ex>\n")
        self.bad('auto x = std::getenv("HOME");\n')
        self.bad("net::co_spawn(e, f(), net::detached);\n")
        self.bad("auto f = [this]() -> task<void> { co_return; };\n")
        self.bad("task<void> serve(std::string_view name) { co_return; }\n")
        self.bad("const bool done = co_await publish(nullptr, 0);\n")
        self.bad("std::atomic_thread_fence(std::memory_order_acquire);\n")
        self.bad('format_to(out, "{{\\"app\\":\\"{}\\"}}", app);\n')
        self.bad('if (c == 34) out += "\\\\\\"";\n')
        self.bad("// TO" "DO: more\n")
        self.bad("// see /wo" "rk/main\n")
        self.bad("// see ../sha" "red/X.md\n")
        self.bad("py" "pi.org\n", "README.md")

    def test_a_class_of_tests_that_the_build_does_not_find(self):
        test = "    def test_x(self):\n        pass\n"
        for line, fires in (("class X(Common):", True), ("class X(unittest.TestCase, Y):", True),
                            ("class X(Common, unittest.TestCase):", False),
                            ("class X(other_test.Y):", False)):
            found = self.found({"tests/e2e/x_test.py": f"{line}\n{test}"})
            self.assertEqual(found, {"unregistered-test"} if fires else set(), line)

    def test_a_sleep_in_a_test(self):
        self.bad("std::this_thread::sleep_" "for(1s);\n", "tests/base/result_test.cpp")
        self.bad("import time\ntime.sle" "ep(1)\n", "tests/e2e/x.py")
        self.bad("time.Sle" "ep(time.Second)\n", "clients/go/x_test.go")

    def test_a_comment_or_a_literal_is_no_use(self):
        self.assertEqual(self.found(self.body("// getenv and sleep_" "for\n")), set())
        self.assertEqual(self.found(self.body('auto x = "getenv";\n')), set())

    def test_app_and_config_read_the_environment(self):
        self.assertEqual(self.found({
            "src/config/env.cpp": 'auto x = std::getenv("HOME");\n',
            "src/config/CMakeLists.txt": "logio_library(NAME config SOURCES env.cpp)\n"}), set())


class mirrored_tests(tree_test):
    def test_a_header_without_a_test(self):
        lists = {"tests/base/CMakeLists.txt": None, "tests/base/result_test.cpp": None}
        self.fires("mirrored-tests", lists)
        listed = "base/result.hpp: an alias, no behaviour\n"
        self.assertEqual(self.found({**lists, "tests/tidy/untested.txt": listed}), set())
        self.fires("mirrored-tests", {**lists, "tests/tidy/untested.txt": "base/result.hpp:\n"})

    def test_a_listed_header_that_is_tested_or_gone(self):
        self.fires("mirrored-tests", {"tests/tidy/untested.txt": "base/result.hpp: none\n"})
        self.fires("mirrored-tests", {"tests/tidy/untested.txt": "base/gone.hpp: none\n"})

    def test_a_test_of_nothing(self):
        self.fires("mirrored-tests", {
            "tests/base/CMakeLists.txt": "logio_test(SOURCES result_test.cpp other_test.cpp)\n",
            "tests/base/other_test.cpp": '#include "logio/base/result.hpp"\n'})

    def test_the_first_include_is_the_header_under_test(self):
        self.fires("mirrored-tests", {
            "tests/base/result_test.cpp": '#include <string>\n#include "logio/base/result.hpp"\n'})


class dead_files(tree_test):
    def test_a_source_in_no_list(self):
        self.fires("dead-file", {"src/base/forgotten.cpp": "int x;\n"})

    def test_a_part_of_another_name_is_no_mention(self):
        self.fires("dead-file", {"src/base/sult.cpp": "int x;\n"})

    def test_a_header_that_nobody_includes(self):
        self.fires("dead-file", {"src/base/forgotten.hpp": "#pragma once\n"})


class reading(unittest.TestCase):
    def test_masking_keeps_lines_and_columns(self):
        text = 'a /* { */ "x{\\"" R"(\n}")" 1\'000 \'"\' // "\nb'
        masked = source.masked(text)
        self.assertEqual([len(x) for x in masked.split("\n")], [len(x) for x in text.split("\n")])
        self.assertNotIn("{", masked)
        self.assertNotIn("}", masked)
        self.assertTrue(masked.endswith("\nb"))

    def test_a_tree_on_disk(self):
        with tempfile.TemporaryDirectory() as root:
            for name, text in {**GOOD, "tests/wire/corpus/odd.cpp": "TO" "DO"}.items():
                path = pathlib.Path(root) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            self.assertEqual(set(tidy.read_tree(pathlib.Path(root))), set(GOOD))
            self.assertEqual(tidy.main([root]), 0)

    def test_an_empty_tree_is_an_error(self):
        with tempfile.TemporaryDirectory() as root:
            self.assertEqual(tidy.main([root]), 1)


if __name__ == "__main__":
    unittest.main()
