// The fixture service on a port, for a gateway under the conformance suite:
//   bw-conformance-fixtures [127.0.0.1:50052]
// Its address is in the log line "service.ready".
#include <chrono>

#include "common/log/log.h"
#include "common/process/process.h"
#include "common/rpc/rpc.h"
#include "tests/conformance/fixture_service.h"

int main(int argc, char** argv) {
  bw::process::StopSignal stop;
  bw::conformance::FixtureService service;
  auto server =
      bw::rpc::Server::Start({.listen = argc > 1 ? argv[1] : "127.0.0.1:50052"}, {&service});
  if (!server.ok()) {
    bw::log::Error("service.failed", {{"reason", bw::ToString(server.status())}});
    return bw::process::kExitFailure;
  }
  (*server)->SetServing(true);
  bw::log::Info("service.ready",
                {{"service", "conformance-fixtures"}, {"port", (*server)->port()}});
  stop.Wait();
  (*server)->Shutdown(std::chrono::milliseconds(100));  // watchers stay until they are cut off
  return bw::process::kExitOk;
}
