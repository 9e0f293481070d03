/* In place of librdkafka's mock cluster, a Kafka for its own tests: 275 KB that no program ships.
 *
 * The library asks for one only if it is told test.mock.num.brokers, and then fails with a reason.
 */
#include <stddef.h>

#include "rdkafka.h"
#include "rdkafka_mock.h"

rd_kafka_mock_cluster_t *rd_kafka_mock_cluster_new(rd_kafka_t *rk, int broker_cnt) {
        (void)rk;
        (void)broker_cnt;
        return NULL;
}

const char *rd_kafka_mock_cluster_bootstraps(const rd_kafka_mock_cluster_t *mcluster) {
        (void)mcluster;
        return "";
}

rd_kafka_resp_err_t rd_kafka_mock_broker_set_rtt(rd_kafka_mock_cluster_t *mcluster,
                                                 int32_t broker_id, int rtt_ms) {
        (void)mcluster;
        (void)broker_id;
        (void)rtt_ms;
        return RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED;
}

void rd_kafka_mock_cluster_destroy(rd_kafka_mock_cluster_t *mcluster) { (void)mcluster; }
