#include "sink/time_template.hpp"

#include <fmt/core.h>

#include <chrono>
#include <iterator>
#include <utility>

namespace logio::sink {
namespace {

constexpr std::int64_t ns_per_hour = std::int64_t{3600} * 1'000'000'000;
constexpr std::string_view letters_after_percent = "YmdH%{";

std::int64_t hour_of(std::int64_t time_ns) noexcept {
  const std::int64_t hour = time_ns / ns_per_hour;
  return hour - (time_ns % ns_per_hour < 0 ? 1 : 0);
}

}  // namespace

std::optional<std::string> time_template::check(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    const std::string_view after = text.substr(i + 1, 1);
    if (after.empty() || letters_after_percent.find(after) == std::string_view::npos) {
      return fmt::format("'%{}' at byte {} of '{}' is none of %Y %m %d %H %%", after, i, text);
    }
    ++i;
  }
  return std::nullopt;
}

time_template::time_template(std::string text) : text_(std::move(text)) {}

const std::string& time_template::name_at(std::int64_t time_ns) {
  const std::int64_t hour = hour_of(time_ns);
  if (hour_ != hour) render(hour);
  return name_;
}

void time_template::render(std::int64_t hour) {
  using namespace std::chrono;
  const sys_time<hours> at{hours{hour}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  name_.clear();
  auto out = std::back_inserter(name_);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] != '%') {
      name_ += text_[i];
      continue;
    }
    switch (text_[++i]) {
      case 'Y': fmt::format_to(out, "{:04}", static_cast<int>(date.year())); break;
      case 'm': fmt::format_to(out, "{:02}", static_cast<unsigned>(date.month())); break;
      case 'd': fmt::format_to(out, "{:02}", static_cast<unsigned>(date.day())); break;
      case 'H': fmt::format_to(out, "{:02}", (at - day).count()); break;
      default: name_ += text_[i];
    }
  }
  hour_ = hour;
}

}  // namespace logio::sink
