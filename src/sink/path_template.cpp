#include "sink/path_template.hpp"

#include "logio/base/utf8.hpp"

namespace logio::sink {
namespace {

void append_value(std::string& out, std::string_view value) {
  if (value.empty()) out += '_';
  value = value.substr(0, base::utf8_cut(value, path_template::value_bytes_max));
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const bool plain = c != '/' && c != '\0' && !(c == '.' && i == 0);
    out += plain ? c : '_';
  }
}

}  // namespace

path_template::path_template(std::string_view text) {
  std::string literal;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 1 < text.size()) {
      literal += text.substr(i++, 2);
      continue;
    }
    const std::string_view rest = text.substr(i);
    const value found = rest.starts_with("{app}")    ? value::app
                        : rest.starts_with("{proc}") ? value::proc
                        : rest.starts_with("{host}") ? value::host
                                                     : value::none;
    if (found == value::none) {
      literal += text[i];
      continue;
    }
    parts_.push_back({time_template(std::move(literal)), found});
    literal.clear();
    i += rest.find('}');
  }
  parts_.push_back({time_template(std::move(literal)), value::none});
}

void path_template::expand(const record::topic& topic, std::int64_t time_ns, std::string& out) {
  out.clear();
  for (part& p : parts_) {
    out += p.before.name_at(time_ns);
    append_variable(out, p.behind, topic);
  }
}

void path_template::append_variable(std::string& out, value which, const record::topic& topic) {
  switch (which) {
    case value::none: break;
    case value::app: append_value(out, topic.app); break;
    case value::proc: append_value(out, topic.proc); break;
    case value::host: append_value(out, topic.host); break;
  }
}

std::string path_template::family(const record::topic& topic) const {
  std::string out;
  for (const part& p : parts_) {
    out += p.before.text();
    append_variable(out, p.behind, topic);
  }
  return out;
}

}  // namespace logio::sink
