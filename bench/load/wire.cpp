#include "wire.hpp"

#include <stdexcept>

namespace logio::bench {

namespace {

constexpr std::string_view text_topic = " a####[web] h1: ";

line_shape shown_line() {
  line_shape shape;
  shape.time = time_style::rfc3339_ms;
  shape.after = text_topic;
  shape.middle = line_shape::text::shown;
  shape.end = "\n";
  return shape;
}

line_shape json_line() {
  line_shape shape;
  shape.before = R"({"time":")";
  shape.time = time_style::rfc3339_ms;
  shape.low_digits = line_shape::digits::trimmed;
  shape.after = R"(Z","raw":")";
  shape.middle = line_shape::text::json;
  shape.end = R"(\n"})";
  return shape;
}

wire logio_wire(publish_format format) {
  wire out;
  out.system = system_kind::logio;
  out.format = format;
  out.out = shown_line();
  if (format == publish_format::json) {
    out.in = json_line();
    return out;
  }
  out.in.end = "\n";
  if (format == publish_format::stamped) {
    out.in.time = time_style::unix_ms;
    out.in.low_digits = line_shape::digits::all;
    out.in.after = " ";
  } else {
    out.out.time_known = false;
  }
  return out;
}

wire nats_wire() {
  wire out;
  out.system = system_kind::nats;
  out.in.before = "PUB logs.a####.web.h1 " + std::to_string(series::text_bytes) + "\r\n";
  out.in.end = "\r\n";
  out.out.before = "MSG logs.a####.web.h1 1 " + std::to_string(series::text_bytes) + "\r\n";
  out.out.end = "\r\n";
  return out;
}

/// RFC 3164 lines: rsyslog's default parser and the form that it reads fastest.
wire rsyslog_wire() {
  wire out;
  out.system = system_kind::rsyslog;
  out.in.before = "<14>";
  out.in.time = time_style::bsd;
  out.in.after = " h1 a####[web]: ";
  out.in.end = "\n";
  out.out = out.in;
  return out;
}

/// The relay is handed the very bytes that the hub would have made.
wire relay_wire() {
  wire out;
  out.system = system_kind::relay;
  out.in = shown_line();
  out.out = shown_line();
  return out;
}

}  // namespace

std::string with_topic(std::string text, std::uint32_t topic) {
  for (auto at = text.find("####"); at != std::string::npos; at = text.find("####", at)) {
    put_decimal(text.data() + at, topic, 4);
  }
  return text;
}

wire make_wire(system_kind system, publish_format format, series::kind kind) {
  const bool json = system == system_kind::logio && format == publish_format::json;
  if (kind == series::kind::mixed && !json) {
    throw std::invalid_argument("--series mixed has inner newlines: logio's JSON only");
  }
  switch (system) {
    case system_kind::logio:
      return logio_wire(format);
    case system_kind::nats:
      return nats_wire();
    case system_kind::rsyslog:
      return rsyslog_wire();
    case system_kind::relay:
      return relay_wire();
  }
  throw std::logic_error("system");
}

std::string wire::publisher_greeting(std::uint32_t topic) const {
  switch (system) {
    case system_kind::logio: {
      std::string more;
      if (format != publish_format::json) {
        more = R"(,"format":"lines")";
      }
      if (format == publish_format::stamped) {
        more += R"(,"stamped":true)";
      }
      return with_topic(R"({"app":"a####","proc":"web","host":"h1")", topic) + more + "}";
    }
    case system_kind::nats:
      return "CONNECT {\"verbose\":false,\"pedantic\":false}\r\n";
    case system_kind::rsyslog:
    case system_kind::relay:
      return {};
  }
  return {};
}

std::string wire::subscriber_greeting(const std::string& query) const {
  switch (system) {
    case system_kind::logio:
      return "GET /?" + query + (query.empty() ? "" : "&") + answer_query +
             " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n";
    case system_kind::nats:
      return "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB " +
             (query.empty() ? std::string("logs.>") : query) + " 1\r\nPING\r\n";
    case system_kind::rsyslog:
    case system_kind::relay:
      return {};
  }
  return {};
}

}  // namespace logio::bench
