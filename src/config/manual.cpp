// The man page, from the tables of the commands.
#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "command_list.hpp"
#include "logio/config/command_line.hpp"

namespace logio::config {
namespace {

/// `text` as man(7) shows it as it is: dashes that can be searched for and copied, no escape, and
/// no line that begins as a request does.
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    switch (c) {
      case '\\': out += "\\e"; break;
      case '-': out += "\\-"; break;
      case '\'': out += "\\(aq"; break;
      case '`': out += "\\(ga"; break;
      case '^': out += "\\(ha"; break;
      case '~': out += "\\(ti"; break;
      default: out += c;
    }
    line_begins = c == '\n';
  }
  return out;
}

/// A paragraph without filling: examples, and notes with lines of their own.
void append_block(std::string& out, std::string_view text) {
  out += ".PP\n.RS 4\n.nf\n";
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.starts_with("  ")) line.remove_prefix(2);
    out += roff(line) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  out += ".fi\n.RE\n";
}

void append_flag(std::string& out, const flag& f) {
  out += ".TP\n";
  const std::string name = f.letter != 0 ? fmt::format("\\-{}\\fR, \\fB\\-\\-{}", f.letter,
                                                       roff(f.name))
                                         : "\\-\\-" + roff(f.name);
  const std::string value =
      f.value.empty() ? ""
                      : fmt::format("{}\\fI{}\\fR{}", f.value_optional ? "[=" : " ",
                                    roff(f.value), f.value_optional ? "]" : "");
  fmt::format_to(std::back_inserter(out), "\\fB{}\\fR{}\n{}", name, value, roff(f.help));
  if (!f.shown_default.empty()) {
    fmt::format_to(std::back_inserter(out), " [{}]", roff(f.shown_default));
  }
  out += '\n';
  if (!f.also.empty()) {
    std::string words;
    for (const std::string& word : other_words(f)) {
      words += (words.empty() ? "" : ", ") + roff(word);
    }
    fmt::format_to(std::back_inserter(out), "Also {}.\n", words);
  }
}

void append_command(std::string& out, const command& c) {
  fmt::format_to(std::back_inserter(out), ".SS logio {} {}\n{}\n", roff(c.name), roff(c.usage),
                 roff(c.summary));
  if (!c.examples.empty()) append_block(out, c.examples);
  const bool is_marathon = c.name == "marathon";
  std::size_t left = is_marathon ? marathon_own_flags : c.flags.size();
  for (const flag& f : c.flags) {
    if (left-- == 0) break;
    if (!f.only_habit) append_flag(out, f);
  }
  if (is_marathon) out += ".PP\nAnd all flags of\n.BR \"logio serve\" .\n";
  if (c.environment && !is_marathon) {
    out += ".PP\nEach of these can also be set by the environment, as LOGIO_ and the flag in "
           "capitals with _\nfor \\-, and in the file of\n.BR \\-\\-config .\nA flag beats the "
           "environment, which beats the file.\n";
  }
  if (!c.notes.empty()) append_block(out, c.notes);
}

constexpr std::string_view ending = R"(.SH ENVIRONMENT
.TP
.B LOGIO_HUB
Where readers find the hub: http://HOST:7702.
.TP
.B LOGIO_URL
Where writers find it: logio://HOST[:7701][,HOST2...]?app=&proc=&host=. Readers take its first host,
if LOGIO_HUB is not set.
.TP
.B NO_COLOR
If it is set, nothing is coloured unless a flag asks for it.
.TP
.B SSL_CERT_FILE
The certificates that are trusted, in place of the system's.
.SH EXIT STATUS
0 success; 64 the command line is wrong; 69 a hub or a file is not to be had; 70 an error of logio
itself; 73 something cannot be created, such as a listening socket; 78 the configuration or the
environment is wrong. Some commands have more, which are told with them.
.SH FILES
.TP
.I /etc/logio/logio.toml
The configuration of the packaged service.
.TP
.I /var/lib/logio
Its data directory.
)";

}  // namespace

std::string manual_of(const command_list& commands) {
  std::string out = fmt::format(
      ".\\\" Written by logio itself, from its tables of flags.\n"
      ".TH LOGIO 1 \"\" \"logio {}\" \"User Commands\"\n"
      ".SH NAME\nlogio \\- a log plexer: applications publish, anyone streams\n"
      ".SH SYNOPSIS\n.B logio\n.I COMMAND\n[\\fIFLAG\\fR]...\n"
      ".SH DESCRIPTION\nApplications publish their log lines to one hub over TCP, and anyone "
      "streams any selection of\nthem, live or from its journal, with curl or with this program. "
      "The hub also feeds syslog,\nGraylog, Kafka, Elasticsearch, files and other hubs.\n",
      program_version());
  append_block(out,
               "logio serve\n"
               "curl -N 'http://localhost:7702?app=shop&proc=web|worker'\n"
               "./my-app 2>&1 | logio pipe -a shop -p web\n");
  out += ".SH COMMANDS\n";
  for (const command& c : commands.all()) append_command(out, c);
  out += ending;
  return out;
}

}  // namespace logio::config
