// The Kafka client, driven: `kafka_drive BROKERS TOPIC [OPTION=VALUE]...`
#include "logio/sink/kafka_client.hpp"

#include "peers/client_drive.hpp"

using namespace logio;

namespace {

void set(sink::sink_options& in, std::string_view name, std::string_view value) {
  if (name == "format") in.format = value;
  if (name == "headers") in.headers = value == "true";
  if (name == "sasl_mechanism") in.sasl_mechanism = value;
  if (name == "tls") in.over = sink::transport::tls;
  if (name == "ca_file") in.tls.ca_file = value;
}

std::unique_ptr<sink::client> make(const sink::sink_options& options, std::string& error) {
  auto made = sink::make_kafka_client(options);
  error = std::move(made.error);
  return std::move(made.client);
}

}  // namespace

int main(int argc, char** argv) {
  sink::sink_options defaults;
  defaults.kind = sink::kind::kafka;
  return sink::testing::drive(argc, argv, {"kafka_drive", defaults, set, make});
}
