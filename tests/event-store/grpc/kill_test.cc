// What was acknowledged survives the sudden death of the process; an orderly end is announced.
#include <csignal>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "common/json/json.h"
#include "common/rpc/rpc.h"
#include "tests/event-store/grpc/ingest_client.h"
#include "tests/support/child_process.h"

namespace bw::event_store::testing {
namespace {

using testing_support::ChildProcess;
using testing_support::TemporaryFolder;

constexpr std::chrono::seconds kStartLimit{20};
constexpr int kInFlight = 64;

std::unique_ptr<ChildProcess> StartStore(const std::string& folder) {
  auto started = ChildProcess::Start(
      {.program = "bw-event-store",
       .args = {"--data-dir", folder, "--listen", "127.0.0.1:0", "--admin-port", "-1"}});
  EXPECT_TRUE(started.ok()) << ToString(started.status());
  return started.ok() ? *std::move(started) : nullptr;
}

std::string AddressOf(ChildProcess& store) {
  const auto ready = store.WaitForEvent("service.ready", kStartLimit);
  EXPECT_TRUE(ready.ok()) << ToString(ready.status());
  if (!ready.ok()) return "";
  const auto port = json::GetInt(*ready, "port");
  EXPECT_TRUE(port.has_value()) << "the ready line names no port: " << store.Log();
  return "127.0.0.1:" + std::to_string(port.value_or(0));
}

// Keeps kInFlight items on the way until `target` are acknowledged, kills the store while more are,
// and returns every identity that was acknowledged.
std::set<std::string> IngestAndKill(ChildProcess& store, const std::string& address, int round,
                                    std::size_t target) {
  IngestClient client(rpc::Connect(address));
  std::set<std::string> acknowledged;
  std::uint64_t next = 0;
  const auto identity = [round](std::uint64_t id) {
    return std::to_string(round) + "-" + std::to_string(id);
  };
  const auto send = [&](int count) {
    v1::IngestRequest request;
    for (int i = 0; i < count; ++i, ++next) {
      *request.add_items() = MessageItem(next, identity(next));
    }
    client.Send(request);
  };
  send(kInFlight);
  v1::IngestResponse response;
  bool killed = false;
  while (client.Read(&response)) {
    for (const v1::IngestOutcome& one : response.outcomes()) {
      if (one.code() == 0) acknowledged.insert(identity(one.correlation_id()));
    }
    send(response.outcomes_size());
    if (!killed && acknowledged.size() >= target) {
      store.Signal(SIGKILL);
      killed = true;
    }
  }
  const grpc::Status end = client.Finish();
  EXPECT_TRUE(killed) << "the stream ended after " << acknowledged.size()
                      << " acknowledgements: " << end.error_message() << "\n"
                      << store.Log();
  return acknowledged;
}

std::set<std::string> EverythingIn(const std::string& address) {
  const auto stub = v1::EventStore::NewStub(rpc::Connect(address));
  std::set<std::string> found;
  v1::ListEventsRequest request;
  request.set_tenant("default");
  request.set_limit(1000);
  v1::ListEventsResponse response;
  do {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    const grpc::Status status = stub->ListEvents(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    if (!status.ok()) break;
    for (const v1::Event& event : response.events()) found.insert(event.identity());
    request.set_after_seq(response.next_after_seq());
  } while (response.has_more());
  return found;
}

// Every key's last acknowledged value. The last request, whose answer was lost, is left out: it may
// have been kept or not.
std::map<std::string, std::string> PutStateAndKill(ChildProcess& store, const std::string& address,
                                                   int target) {
  constexpr int kKeys = 50;
  const auto stub = v1::EventStore::NewStub(rpc::Connect(address));
  std::map<std::string, std::string> acknowledged;
  for (int i = 0;; ++i) {
    v1::PutStateRequest request;
    request.set_tenant("default");
    request.set_key(std::to_string(i % kKeys));
    if (i % 7 != 0) request.set_value(std::to_string(i));
    grpc::ClientContext context;
    if (i == 0) context.set_wait_for_ready(true);
    v1::PutStateResponse response;
    const grpc::Status status = stub->PutState(&context, request, &response);
    if (!status.ok()) {
      EXPECT_GE(i, target) << status.error_message();
      acknowledged.erase(request.key());
      return acknowledged;
    }
    acknowledged[request.key()] = request.value();
    if (i == target) store.Signal(SIGKILL);
  }
}

std::map<std::string, std::string> StateIn(const std::string& address) {
  const auto stub = v1::EventStore::NewStub(rpc::Connect(address));
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  const auto stream = stub->WatchState(&context, v1::WatchStateRequest());
  std::map<std::string, std::string> found;
  v1::WatchStateResponse response;
  while (!response.current() && stream->Read(&response)) {
    for (const v1::StateEntry& entry : response.entries()) found[entry.key()] = entry.value();
  }
  context.TryCancel();
  (void)stream->Finish();
  return found;
}

TEST(KillTest, EveryAcknowledgedStateIsThereAfterSigkill) {
  const TemporaryFolder folder;
  const auto killed = StartStore(folder.path());
  ASSERT_NE(killed, nullptr);
  const auto acknowledged = PutStateAndKill(*killed, AddressOf(*killed), 500);
  ASSERT_TRUE(killed->WaitForExit(kStartLimit).ok());
  const auto store = StartStore(folder.path());
  ASSERT_NE(store, nullptr);
  auto found = StateIn(AddressOf(*store));
  ASSERT_GE(acknowledged.size(), 49u);
  for (const auto& [key, value] : acknowledged) EXPECT_EQ(found[key], value) << key;
}

TEST(KillTest, WatchersAreToldOfAnOrderlyStop) {
  const TemporaryFolder folder;
  const auto store = StartStore(folder.path());
  ASSERT_NE(store, nullptr);
  const auto stub = v1::EventStore::NewStub(rpc::Connect(AddressOf(*store)));
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  const auto stream = stub->WatchState(&context, v1::WatchStateRequest());
  v1::WatchStateResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.current());
  store->Signal(SIGTERM);
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status end = stream->Finish();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(end.error_message(), "the event store is shutting down");
  const auto exit = store->WaitForExit(kStartLimit);
  ASSERT_TRUE(exit.ok());
  EXPECT_EQ(*exit, 0);
}

TEST(KillTest, EveryAcknowledgedEventIsThereAfterSigkill) {
  const TemporaryFolder folder;
  std::set<std::string> acknowledged;
  for (int round = 0; round < 3; ++round) {
    const auto store = StartStore(folder.path());
    ASSERT_NE(store, nullptr);
    acknowledged.merge(IngestAndKill(*store, AddressOf(*store), round, 1500));
    const auto exit = store->WaitForExit(kStartLimit);
    ASSERT_TRUE(exit.ok());
    EXPECT_EQ(*exit, 128 + SIGKILL);
  }
  ASSERT_GE(acknowledged.size(), 4500u);
  const auto store = StartStore(folder.path());
  ASSERT_NE(store, nullptr);
  const std::set<std::string> found = EverythingIn(AddressOf(*store));
  std::size_t lost = 0;
  for (const std::string& identity : acknowledged) lost += found.count(identity) == 0;
  EXPECT_EQ(lost, 0u) << "of " << acknowledged.size() << " acknowledged events";
  store->Signal(SIGTERM);
  const auto exit = store->WaitForExit(kStartLimit);
  ASSERT_TRUE(exit.ok());
  EXPECT_EQ(*exit, 0);
}

}  // namespace
}  // namespace bw::event_store::testing
