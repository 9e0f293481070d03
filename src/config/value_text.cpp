#include "value_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "url_text.hpp"

namespace logio::config {
namespace {

bool is_name(std::string_view text) noexcept {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && (text[0] < '0' || text[0] > '9') && std::ranges::all_of(text, fits);
}

class value_reader {
 public:
  value_reader(std::string_view text, value_form form, const environment& env)
      : text_(text), form_(form), env_(env) {}

  parsed<std::string> run() {
    while (!text_.empty()) {
      std::optional<std::string> wrong;
      if (text_.starts_with("$${")) {
        literal("${");
        text_.remove_prefix(3);
      } else if (text_.starts_with("${")) {
        wrong = variable();
      } else if (text_[0] == '%' && form_ != value_form::plain) {
        wrong = percent();
      } else {
        out_ += text_[0] == '+' && form_ == value_form::query ? ' ' : text_[0];
        text_.remove_prefix(1);
      }
      if (wrong) return bad_url{std::move(*wrong)};
    }
    return {boost::system::in_place_value, std::move(out_)};
  }

 private:
  void literal(std::string_view bytes) {
    for (const char c : bytes) {
      if (form_ == value_form::path && (c == '%' || c == '{')) out_ += '%';
      out_ += c;
    }
  }

  std::optional<std::string> variable() {
    const auto close = text_.find('}');
    const std::string_view name =
        close == std::string_view::npos ? std::string_view() : text_.substr(2, close - 2);
    if (!is_name(name)) {
      return "${ is not followed by a variable's name and }; write $${ for the characters ${";
    }
    const auto value = env_.get(std::string(name));
    if (!value) return fmt::format("the variable {} is not set", one_line(name));
    literal(*value);
    text_.remove_prefix(close + 1);
    return std::nullopt;
  }

  std::optional<std::string> percent() {
    constexpr std::string_view parts = "YmdH";
    if (form_ == value_form::path && text_.size() > 1 &&
        parts.find(text_[1]) != std::string_view::npos) {
      out_ += text_.substr(0, 2);
      text_.remove_prefix(2);
      return std::nullopt;
    }
    const auto byte = percent_byte(text_);
    if (!byte) return "there is a % without two hex digits; write %25 for a percent";
    literal({&*byte, 1});
    text_.remove_prefix(3);
    return std::nullopt;
  }

  std::string_view text_;
  value_form form_;
  const environment& env_;
  std::string out_;
};

}  // namespace

bool has_variable(std::string_view text) noexcept {
  for (auto at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 1)) {
    if (at == 0 || text[at - 1] != '$') return true;
  }
  return false;
}

parsed<std::string> read_value(std::string_view text, value_form form, const environment& env) {
  return value_reader(text, form, env).run();
}

}  // namespace logio::config
