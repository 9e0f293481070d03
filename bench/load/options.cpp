#include "options.hpp"

#include <charconv>
#include <functional>
#include <map>
#include <stdexcept>
#include <string_view>

namespace logio::bench {

const char* const usage =
    "logio_load: sends lines through a hub and checks every byte that comes back\n"
    "\n"
    "  --system NAME         logio (default), nats, rsyslog, relay\n"
    "  --format NAME         logio's input: json (default), lines, stamped\n"
    "  --answer NAME         logio's output: text (default), ndjson, sse\n"
    "  --series NAME         plain (default); mixed: escapes and inner newlines in 1 of 10\n"
    "  --publish-port N      where publishers connect\n"
    "  --subscribe-port N    where subscribers connect\n"
    "  --server-pid N        measure this process\n"
    "  --publishers N        connections that publish (1)\n"
    "  --active N            of these, how many send on; the others send one line (all)\n"
    "  --topics N            publisher i publishes as topic i mod N (1)\n"
    "  --group G             subscribers, repeatable: COUNT,WHAT[,PACE][,QUERY]\n"
    "                        WHAT is all, none or topic=N: what they must get;\n"
    "                        PACE is slow or stuck; QUERY is logio's query or nats' subject,\n"
    "                        {i} in it the subscriber's number. Default: 1,all\n"
    "  --flow NAME           closed (default), open, paced, steady\n"
    "  --loss NAME           wrong (default): a reader that keeps up must get all;\n"
    "                        announced: it may lose what it is told of (always so when open)\n"
    "  --rate N              lines a second when paced or steady (20000)\n"
    "  --joins N             readers of history that come each second (0), ask --join-query\n"
    "                        and leave when they have --join-lines lines\n"
    "  --window N            lines under way when closed (20000)\n"
    "  --blocks N            blocks of 100 lines per write (4)\n"
    "  --warmup S --seconds S --settle S --patience S\n"
    "  --core N              bind the generator to this core\n"
    "  --seed N              of the fillers (1)\n"
    "\n"
    "With --system rsyslog it prints the ports that it listens on, one line, and reads\n"
    "`PUBLISH_PORT SERVER_PID` from its input. Prints `key=value` lines; exits 1 when a byte was\n"
    "wrong or a line is unaccounted for, 64 for bad options.\n";

namespace {

template <class T>
T number(const std::string& name, std::string_view text) {
  T value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) {
    throw std::invalid_argument(name + ": not a number: " + std::string(text));
  }
  return value;
}

template <class T>
T choice(const std::string& name, const std::string& text, const std::map<std::string, T>& all) {
  const auto found = all.find(text);
  if (found == all.end()) {
    std::string allowed;
    for (const auto& [key, value] : all) {
      allowed += (allowed.empty() ? "" : ", ") + key;
    }
    throw std::invalid_argument(name + ": " + text + " is none of " + allowed);
  }
  return found->second;
}

std::string take_field(std::string& rest) {
  const auto comma = rest.find(',');
  std::string field = rest.substr(0, comma);
  rest = comma == std::string::npos ? std::string() : rest.substr(comma + 1);
  return field;
}

subscriber_group parse_group(std::string text) {
  subscriber_group group;
  group.count = number<std::uint32_t>("--group", take_field(text));
  const std::string what = take_field(text);
  if (what.starts_with("topic=")) {
    group.wanted = matches::one_topic;
    group.topic = number<std::uint32_t>("--group", what.substr(6));
  } else {
    group.wanted =
        choice<matches>("--group", what, {{"all", matches::all}, {"none", matches::none}});
  }
  if (text == "slow" || text.starts_with("slow,")) {
    group.reads = subscriber_group::pace::slow;
    take_field(text);
  } else if (text == "stuck" || text.starts_with("stuck,")) {
    group.reads = subscriber_group::pace::stuck;
    take_field(text);
  }
  group.query = text;
  return group;
}

using setter = std::function<void(const std::string&)>;

std::map<std::string, setter> setters(options& out) {
  const auto to = [](auto& place) {
    return [&place](const std::string& text) {
      place = number<std::remove_reference_t<decltype(place)>>("value", text);
    };
  };
  return {
      {"--system",
       [&out](const std::string& text) {
         out.system = choice<system_kind>("--system", text,
                                          {{"logio", system_kind::logio},
                                           {"nats", system_kind::nats},
                                           {"rsyslog", system_kind::rsyslog},
                                           {"relay", system_kind::relay}});
       }},
      {"--format",
       [&out](const std::string& text) {
         out.format = choice<publish_format>("--format", text,
                                             {{"json", publish_format::json},
                                              {"lines", publish_format::lines},
                                              {"stamped", publish_format::stamped}});
       }},
      {"--answer",
       [&out](const std::string& text) {
         out.answer = choice<answer_format>("--answer", text,
                                            {{"text", answer_format::text},
                                             {"ndjson", answer_format::ndjson},
                                             {"sse", answer_format::sse}});
       }},
      {"--joins", to(out.joins)},
      {"--join-query", [&out](const std::string& text) { out.join_query = text; }},
      {"--join-lines", to(out.join_lines)},
      {"--series",
       [&out](const std::string& text) {
         out.lines = choice<series::kind>(
             "--series", text, {{"plain", series::kind::plain}, {"mixed", series::kind::mixed}});
       }},
      {"--flow",
       [&out](const std::string& text) {
         out.flow = choice<flow_kind>("--flow", text,
                                      {{"closed", flow_kind::closed},
                                       {"open", flow_kind::open},
                                       {"paced", flow_kind::paced},
                                       {"steady", flow_kind::steady}});
       }},
      {"--loss",
       [&out](const std::string& text) {
         out.may_shed = choice<bool>("--loss", text, {{"wrong", false}, {"announced", true}});
       }},
      {"--group", [&out](const std::string& text) { out.groups.push_back(parse_group(text)); }},
      {"--publish-port", to(out.publish_port)},
      {"--subscribe-port", to(out.subscribe_port)},
      {"--server-pid", to(out.server_pid)},
      {"--publishers", to(out.publishers)},
      {"--active", to(out.active)},
      {"--topics", to(out.topics)},
      {"--rate", to(out.rate)},
      {"--window", to(out.window_lines)},
      {"--blocks", to(out.blocks_per_write)},
      {"--warmup", to(out.warmup_s)},
      {"--seconds", to(out.seconds)},
      {"--settle", to(out.settle_s)},
      {"--patience", to(out.patience_s)},
      {"--core", to(out.core)},
      {"--seed", to(out.seed)},
  };
}

void check(options& out) {
  if (out.groups.empty()) {
    out.groups.emplace_back();
  }
  if (out.active == 0) {
    out.active = out.publishers;
  }
  if (out.publishers == 0 || out.publishers > series::publishers_max ||
      out.active > out.publishers || out.topics == 0 || out.topics > out.publishers) {
    throw std::invalid_argument(
        "allowed are 1 to 10000 publishers, at most as many active ones and topics");
  }
  if (out.blocks_per_write == 0 || out.blocks_per_write > 1000 ||
      out.window_lines < out.blocks_per_write * series::block_lines) {
    throw std::invalid_argument("--blocks: 1 to 1000, and not more than --window lines");
  }
  if (out.answer != answer_format::text &&
      (out.system != system_kind::logio || out.lines != series::kind::plain)) {
    throw std::invalid_argument("--answer: logio and the plain series only");
  }
  if (out.rate <= 0 || out.rate > 10e6) {
    throw std::invalid_argument("--rate: above 0, at most 10000000");
  }
}

}  // namespace

options parse_options(int argc, char** argv) {
  options out;
  const auto known = setters(out);
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    const auto found = known.find(name);
    if (found == known.end()) {
      throw std::invalid_argument("unknown option " + name + "; --help names all");
    }
    if (i + 1 == argc) {
      throw std::invalid_argument(name + ": a value is missing");
    }
    found->second(argv[i + 1]);
  }
  check(out);
  return out;
}

}  // namespace logio::bench
