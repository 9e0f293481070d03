#include "conformance_subscribe.hpp"

#include <string>
#include <variant>

#include "logio/base/json_string.hpp"
#include "logio/client/subscription.hpp"
#include "logio/record/time.hpp"

namespace logio::client {
namespace {

/// Members of one object, in the order in which they are added.
class object_text {
 public:
  void add_json(std::string_view key, std::string_view value) {
    text_ += text_.empty() ? "{" : ",";
    base::append_json_string(text_, key);
    text_ += ':';
    text_ += value;
  }
  void add(std::string_view key, std::string_view value) {
    std::string quoted;
    base::append_json_string(quoted, value);
    add_json(key, quoted);
  }
  void add_time(std::string_view key, std::int64_t time_ns) {
    std::string text(logio::record::rfc3339_bytes, ' ');
    logio::record::write_rfc3339(time_ns, text.data());
    add(key, text);
  }
  std::string within(std::string_view name) const {
    return "{\"" + std::string(name) + "\":" + (text_.empty() ? "{" : text_) + "}}";
  }

 private:
  std::string text_;
};

std::string shown(const received_record& r) {
  object_text out;
  out.add("cursor", r.cursor);
  out.add_time("time", r.time_ns);
  out.add_time("arrived", r.arrived_ns);
  out.add("app", r.app);
  out.add("proc", r.proc);
  out.add("host", r.host);
  if (r.severity != 0) out.add_json("severity", std::to_string(r.severity));
  out.add("text", r.text);
  if (!r.fields.empty()) out.add_json("fields", r.fields);
  return out.within("record");
}

std::string shown(const loss& l) {
  object_text out;
  if (l.kind == loss::what::continuity_lost) {
    out.add_json("continuity_lost", "true");
  } else {
    out.add_json(l.kind == loss::what::dropped ? "dropped" : "missed",
                 l.count ? std::to_string(*l.count) : "null");
  }
  if (l.since_ns) out.add_time("since", *l.since_ns);
  out.add("reason", l.reason);
  out.add("text", l.text);
  return out.within("loss");
}

subscription_options options_of(const command& wanted, const publisher_options& times) {
  subscription_options out;
  out.hub = wanted.word("hub");
  out.app = wanted.filters("app");
  out.proc = wanted.filters("proc");
  out.host = wanted.filters("host");
  out.log = wanted.filters("log");
  out.exclude = wanted.filters("exclude");
  out.severity = wanted.filter("severity");
  out.since = wanted.filter("since");
  out.until = wanted.filter("until");
  out.tail = wanted.tail();
  out.after = wanted.filter("after");
  out.first_retry = times.first_retry;
  out.longest_retry = times.longest_retry;
  return out;
}

}  // namespace

void subscribe(const command& wanted, const publisher_options& times,
               const std::function<void(std::string_view)>& say) {
  subscription stream(options_of(wanted, times));
  std::uint64_t seen = 0;
  while (seen < wanted.number("most")) {
    const auto item = stream.next();
    if (!item) break;
    say(std::visit([](const auto& of) { return shown(of); }, *item));
    ++seen;
  }
  if (!stream.error().empty()) {
    std::string error;
    base::append_json_string(error, stream.error());
    say("{\"error\":" + error + "}");
  }
  say("{\"subscribed\":" + std::to_string(seen) + "}");
}

}  // namespace logio::client
