// The Elasticsearch client, driven: `search_drive NODES INDEX [OPTION=VALUE]...`
#include "logio/sink/elasticsearch_client.hpp"

#include "peers/client_drive.hpp"

using namespace logio;

namespace {

void set(sink::sink_options& in, std::string_view name, std::string_view value) {
  if (name == "batch_bytes") in.batch_bytes = sink::testing::to_number(value);
  if (name == "data_stream") in.data_stream = value == "true";
  if (name == "install_template") in.install_template = value == "true";
}

std::unique_ptr<sink::client> make(const sink::sink_options& options, std::string& error) {
  auto made = sink::make_elasticsearch_client(options);
  error = std::move(made.error);
  return std::move(made.client);
}

}  // namespace

int main(int argc, char** argv) {
  sink::sink_options defaults;
  defaults.kind = sink::kind::elasticsearch;
  defaults.batch_bytes = sink::elasticsearch_batch_bytes;
  return sink::testing::drive(argc, argv, {"search_drive", defaults, set, make});
}
