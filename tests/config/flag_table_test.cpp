#include "logio/config/flag_table.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "config/support.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

using words = std::vector<std::string>;

/// A command with one flag of each kind, and what was set.
struct fixture {
  fixture() {
    table.name = "try";
    table.summary = "Tries flags.";
    table.usage = "[FLAG]...";
    table.environment = true;
    table.flags = {{"name", 'n', "NAME", "nobody", "one\nof two lines", false, set_text(name)},
                   {"grep", 'g', "PATTERN", "", "a|b", true, add_text(greps)},
                   {"all", 'a', "", "", "a switch", false, set_switch(all)},
                   {"bare", 'b', "", "", "another", false, set_switch(bare)},
                   {"even", 0, "N", "", "picky", false, [](std::string_view value) {
                      return value == "2" ? std::optional<std::string>() : "is not even";
                    }}};
  }

  void accept(const words& arguments, const environment& env = {}) {
    const auto error = parse(table, arguments, env);
    INFO((error ? error->message : ""));
    REQUIRE_FALSE(error);
  }
  usage_error refuse(const words& arguments, const environment& env = {}) {
    const auto error = parse(table, arguments, env);
    REQUIRE(error);
    return *error;
  }

  command table;
  std::string name;
  words greps;
  bool all = false, bare = false;
};

TEST_CASE("a value comes with =, as the next word, or right behind its letter") {
  for (const words& arguments : {words{"--name=x y"}, words{"--name", "x y"}, words{"-n", "x y"},
                                 words{"-nx y"}, words{"-abnx y"}, words{"--name", "x y", "--"}}) {
    fixture f;
    f.accept(arguments);
    CHECK(f.name == "x y");
  }
}

TEST_CASE("a value may look like a flag or be empty") {
  fixture f;
  f.accept({"-g", "-x", "--grep", "--name", "-g--", "--name="});
  CHECK(f.greps == words{"-x", "--name", "--"});
  CHECK(f.name.empty());
}

TEST_CASE("switches can be bundled") {
  fixture f;
  f.accept({"-ab"});
  CHECK((f.all && f.bare));
}

TEST_CASE("what is not understood ends with 64 and one line that says why") {
  fixture f;
  CHECK(f.refuse({"--name"}).exit_code == base::exit_usage);
  CHECK(f.refuse({"--name"}).message == "logio try: --name needs a value (NAME)");
  CHECK(f.refuse({"-an"}).message == "logio try: -n needs a value (NAME)");
  CHECK(f.refuse({"--all=1"}).message == "logio try: --all takes no value");
  CHECK(f.refuse({"-n1", "--name=2"}).message == "logio try: --name is given twice");
  CHECK(f.refuse({"-ax"}).message == "logio try: unknown flag -x; see logio try --help");
  CHECK(f.refuse({"stray"}).message ==
        "logio try: unexpected argument 'stray'; see logio try --help");
  CHECK(f.refuse({"-"}).message == "logio try: unexpected argument '-'; see logio try --help");
  CHECK(f.refuse({"--", "-a"}).message ==
        "logio try: unexpected argument '-a'; see logio try --help");
  CHECK(f.refuse({"--even", "3"}).message == "logio try: --even: '3' is not even");
}

TEST_CASE("an unknown flag is told the nearest one, if one is near") {
  fixture f;
  CHECK(f.refuse({"--nmae=x"}).message == "logio try: unknown flag --nmae; did you mean --name?");
  CHECK(f.refuse({"--greps"}).message == "logio try: unknown flag --greps; did you mean --grep?");
  CHECK(f.refuse({"--something"}).message ==
        "logio try: unknown flag --something; see logio try --help");
  const words names{"serve", "tail", "pipe"};
  CHECK(nearest("sevre", names) == "serve");
  CHECK(nearest("tial", names) == "tail");
  CHECK(nearest("ser", names) == "serve");
  CHECK(nearest("zzz", names).empty());
  CHECK(nearest("", names).empty());
}

TEST_CASE("the environment sets flags, the command line wins") {
  const environment env = variables({{"LOGIO_NAME", "from outside"}, {"LOGIO_GREP", "a b\tc"}});
  fixture f;
  f.accept({}, env);
  CHECK(f.name == "from outside");  // taken as it is
  CHECK(f.greps == words{"a", "b", "c"});
  f.accept({"--name", "mine"}, env);
  CHECK(f.name == "mine");
}

TEST_CASE("a bad variable ends with 78 and is named") {
  fixture f;
  const usage_error error = f.refuse({}, variables({{"LOGIO_EVEN", "3"}}));
  CHECK(error.exit_code == base::exit_configuration);
  CHECK(error.message == "logio try: environment variable LOGIO_EVEN: '3' is not even");
  f.table.environment = false;
  f.accept({}, variables({{"LOGIO_EVEN", "3"}}));
}

TEST_CASE("a flag of the command line alone has no variable") {
  fixture f;
  for (flag& one : f.table.flags) one.command_line_only = one.name == "even";
  f.accept({}, variables({{"LOGIO_EVEN", "3"}}));
  CHECK(f.refuse({"--even", "3"}).message == "logio try: --even: '3' is not even");
}

TEST_CASE("a value is shown on one line, or as its flag wants it") {
  flag f{"url", 0, "URL", "", "", false, {}};
  CHECK(shown_value(f, "a\nb") == "a?b");
  f.shown = [](std::string_view) { return std::string("***"); };
  CHECK(shown_value(f, "a") == "***");
}

TEST_CASE("a variable is called as its flag, in capitals") {
  CHECK(variable_name({"ring-bytes", 0, "", "", "", false, {}}) == "LOGIO_RING_BYTES");
}

TEST_CASE("a flag has other words, which count as its own") {
  fixture f;
  f.table.flags[0].also = {{"nom", "some"}, {"N", "others"}};
  f.accept({"--nom", "x"});
  CHECK(f.name == "x");
  f.accept({"-Ny"});
  CHECK(f.name == "y");
  CHECK(f.refuse({"--nom", "x", "-n", "y"}).message == "logio try: -n is given twice");
  CHECK(f.refuse({"--N", "x"}).message.starts_with("logio try: unknown flag --N;"));
  CHECK(help_of(f.table).find("one of two lines [nobody] (also --nom,") != std::string::npos);
  CHECK(habits_of(f.table) == "| typed | by users of | does |\n|---|---|---|\n"
                              "| `--nom` | some | `--name` |\n| `-N` | others | `--name` |\n");
}

TEST_CASE("a flag whose value is optional takes the next word only if it is a number") {
  fixture f;
  f.table.flags[0].value_optional = true;
  f.table.operand = add_text(f.greps);
  f.table.operands = true;
  f.accept({"--name", "word", "another"});
  CHECK(f.name.empty());
  CHECK(f.greps == words{"word", "another"});
  f.accept({"--name", "20"});
  CHECK(f.name == "20");
  f.accept({"--name", "-1"});
  CHECK(f.name == "-1");
  f.accept({"--name=x"});
  CHECK(f.name == "x");
  f.accept({"-an=y"});
  CHECK(f.name == "y");
  f.accept({"-na"});
  CHECK(f.name.empty());
  CHECK(f.all);
}

TEST_CASE("the help and the README's table show every flag") {
  const fixture f;
  const std::string help = help_of(f.table);
  CHECK(help.starts_with("Tries flags.\n\nusage: logio try [FLAG]...\n\n"));
  CHECK(help.find("  -n, --name NAME               one of two lines [nobody]\n") !=
        std::string::npos);
  CHECK(help.find("  --even N                      picky\n") != std::string::npos);
  CHECK(help.find("LOGIO_NAME") != std::string::npos);
  CHECK(markdown_of(f.table) ==
        "| flag | default | what it does |\n|---|---|---|\n"
        "| `-n, --name NAME` | `nobody` | one of two lines |\n"
        "| `-g, --grep PATTERN` |  | a\\|b |\n"
        "| `-a, --all` |  | a switch |\n"
        "| `-b, --bare` |  | another |\n"
        "| `--even N` |  | picky |\n");
}

}  // namespace
}  // namespace logio::config
