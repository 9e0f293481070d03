#include "config_file.hpp"

#include <fmt/core.h>

// toml++ 3.3 asserts what a bad file can break (`[#`), where it then tells a proper error.
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include "logio/config/sink_url.hpp"
#include "sink_parameters.hpp"
#include "small_file.hpp"
#include "url_text.hpp"

namespace logio::config {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{1} << 20;

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "a number";
    case toml::node_type::floating_point: return "a number with a fraction";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or a time";
  }
}

/// A value that can be written as text; `line` is left as it is. Nothing for the other types.
std::optional<sink_setting> scalar(const toml::node& node) {
  using type = sink_setting::type;
  if (const auto* text = node.as_string()) return sink_setting{"", text->get(), type::text};
  if (const auto* number = node.as_integer()) {
    return sink_setting{"", std::to_string(number->get()), type::number};
  }
  if (const auto* boolean = node.as_boolean()) {
    return sink_setting{"", boolean->get() ? "true" : "false", type::boolean};
  }
  return std::nullopt;
}

/// What the parser says of a line may quote it; a line that may hold a secret is not quoted.
std::string syntax_error(const toml::parse_error& error, std::string_view text) {
  auto line = text;
  for (auto n = error.source().begin.line; n > 1 && line.find('\n') != line.npos; --n) {
    line.remove_prefix(line.find('\n') + 1);
  }
  line = line.substr(0, line.find('\n'));
  for (const char* const mark : {"password", "token", "://"}) {
    if (line.find(mark) != line.npos) {
      return "is no TOML: a value cannot be read; texts stand in \"quotes\"";
    }
  }
  return fmt::format("is no TOML: {}", error.description());
}

unsigned line_of(const toml::source_region& source) { return source.begin.line; }

std::string key_of(const flag& f) {
  std::string out = f.name;
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

bool is_key(const flag& f) noexcept { return !f.command_line_only; }

class file_reader {
 public:
  file_reader(const std::string& path, const command& c, const environment& env)
      : path_(path), command_(c), env_(env) {}

  config_file run(std::string_view text) {
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
      const toml::parse_error& error = parsed.error();
      refuse(line_of(error.source()), syntax_error(error, text));
    } else {
      for (const auto& [key, value] : parsed.table()) {
        read_key(std::string(key.str()), line_of(key.source()), value);
      }
    }
    // A table is sorted by its keys; people read from the top.
    std::stable_sort(errors_.begin(), errors_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [line, text_of_error] : errors_) {
      out_.errors.push_back(fmt::format("{}:{}: {}", path_, line, text_of_error));
    }
    return std::move(out_);
  }

 private:
  void refuse(unsigned line, std::string_view what) { errors_.emplace_back(line, one_line(what)); }

  void read_key(const std::string& key, unsigned line, const toml::node& value) {
    if (key == "sink") return read_sinks(line, value);
    if (key == "source") {
      return refuse(line, "source: this version has no sources; applications publish to the hub");
    }
    if (key == "config") return refuse(line, "config: a file cannot name another one");
    const auto f = std::find_if(command_.flags.begin(), command_.flags.end(),
                                [&](const flag& g) { return is_key(g) && key_of(g) == key; });
    if (f == command_.flags.end()) return unknown_key(key, line);
    const auto text = scalar(value);
    const bool may_be_number = f->value == "SIZE" || f->value == "N";
    const bool fits = text && (text->given == sink_setting::type::text ||
                               (text->given == sink_setting::type::number && may_be_number));
    if (!fits) {
      return refuse(line, fmt::format("{}: must be a string{} ({}), not {}", key,
                                      may_be_number ? " or a number" : "", f->value,
                                      type_name(value)));
    }
    if (const auto wrong = f->set(text->value)) {
      refuse(line, fmt::format("{}: '{}' {}", key, shown_value(*f, text->value), *wrong));
    }
  }

  void unknown_key(const std::string& key, unsigned line) {
    std::vector<std::string> keys{"sink"};
    for (const flag& f : command_.flags) {
      if (is_key(f)) keys.push_back(key_of(f));
    }
    const std::string meant = nearest(key, keys);
    refuse(line, meant.empty()
                     ? fmt::format("unknown key '{}'; keys are the flags of logio serve with _ "
                                   "for -, and [[sink]]",
                                   key)
                     : fmt::format("unknown key '{}'; did you mean {}?", key, meant));
  }

  void read_sinks(unsigned line, const toml::node& value) {
    const toml::array* const sinks = value.as_array();
    if (sinks == nullptr) {
      return refuse(line, fmt::format("sink: must be tables or URLs, [[sink]] or sink = [\"URL\"], "
                                      "not {}", type_name(value)));
    }
    for (const toml::node& one : *sinks) {
      const unsigned at = line_of(one.source());
      if (const auto* url = one.as_string()) {
        add_sink(url->get(), at, at, {});
      } else if (const auto* table = one.as_table()) {
        read_sink(*table, at);
      } else {
        refuse(at, fmt::format("sink: must be a table or a URL, not {}", type_name(one)));
      }
    }
  }

  void read_sink(const toml::table& table, unsigned line) {
    const toml::node* const url = table.get("url");
    if (url == nullptr) {
      return refuse(line, "sink: has no url; write url = \"SCHEME://HOST\", as in "
                          "\"syslog+tcp://host:514\"");
    }
    const unsigned url_line = line_of(url->source());
    if (!url->is_string()) {
      return refuse(url_line, fmt::format("sink: url: must be a string, not {}", type_name(*url)));
    }
    const std::string text = url->as_string()->get();
    std::vector<sink_setting> settings;
    for (const auto& [key, value] : table) {
      if (key.str() != "url") {
        read_setting(text, std::string(key.str()), line_of(key.source()), value, settings);
      }
    }
    std::stable_sort(settings.begin(), settings.end(),
                     [](const auto& a, const auto& b) { return a.line < b.line; });
    add_sink(text, line, url_line, settings);
  }

  void read_setting(const std::string& url, const std::string& name, unsigned line,
                    const toml::node& value, std::vector<sink_setting>& out) {
    const auto facts = facts_of(name);
    const auto add = [&](const toml::node& one) {
      auto setting = scalar(one);
      if (!setting && facts) {
        return refuse(line, fmt::format("sink '{}' has a bad {}: it must be a string, a number or "
                                        "true or false, not {}",
                                        shown_sink_url(url), name, type_name(one)));
      }
      out.push_back(setting.value_or(sink_setting()));
      out.back().name = name;
      out.back().line = line;
    };
    const toml::array* const list = value.as_array();
    if (list == nullptr || !facts) return add(value);
    if (!facts->repeatable) {
      return refuse(line, fmt::format("sink '{}' has a bad {}: it takes one value, not an array",
                                      shown_sink_url(url), name));
    }
    for (const toml::node& one : *list) add(one);
  }

  void add_sink(const std::string& url, unsigned line, unsigned url_line,
                std::span<const sink_setting> settings) {
    auto made = parse_sink_url(url, env_, settings);
    if (made) {
      out_.sinks.push_back(std::move(*made));
      out_.origins.push_back(fmt::format("{}:{}", path_, line));
      return;
    }
    for (const sink_problem& p : made.error()) {
      errors_.emplace_back(p.line != 0 ? p.line : url_line,
                           fmt::format("sink '{}' {}", shown_sink_url(url), p.why));
    }
  }

  const std::string& path_;
  const command& command_;
  const environment& env_;
  std::vector<std::pair<unsigned, std::string>> errors_;  // line, what
  config_file out_;
};

}  // namespace

config_file read_config_text(std::string_view text, const std::string& path, const command& c,
                             const environment& env) {
  return file_reader(path, c, env).run(text);
}

config_file read_config_file(const std::string& path, const command& c, const environment& env) {
  const auto text = read_small_file(path, file_bytes_max);
  if (text) return read_config_text(*text, path, c, env);
  config_file out;
  out.errors.push_back(fmt::format("{}: {}", path, text.error().why));
  return out;
}

}  // namespace logio::config
