// What clients bring back: session ids, request states and answers to questions. The first byte
// says whether the rest is presented as it is or sealed first, as if a key had leaked. Nothing made
// up opens, and what opens is bounded and readable.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock/scheduler.h"
#include "gateway/core/questions.h"
#include "gateway/core/request_state.h"
#include "gateway/core/sessions.h"
#include "gateway/openssl/aead_sealer.h"
#include "tests/gateway/recording_push_observer.h"

namespace bw::gateway {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

struct Ignore : QuestionObserver {
  void QuestionAsked() override {}
  void QuestionEnded(QuestionEnd) override {}
  void QuestionRefused() override {}
  void StrayAnswer() override { ++stray; }
  void MailFailed(const Status&) override {}
  void RequestStateRefused() override {}
  int stray = 0;
};

struct World {
  FakeClock clock;
  ManualScheduler scheduler{clock};
  const std::vector<std::string> secrets{std::string(32, 'k')};
  std::unique_ptr<AeadSealer> sealer = *AeadSealer::Create(secrets);
  RecordingPushObserver push_observer;
  SessionDirectory directory{nullptr, clock, push_observer};
  Sessions sessions{clock, *sealer, directory};
  RequestStates states{clock, *sealer};
  Ignore observer;
  Questions questions{*sealer, nullptr, scheduler, observer};
};

void Present(World& world, const std::string& session_id, const std::string& state,
             const std::string& question, bool genuine) {
  const auto session = world.sessions.Find(session_id, "ann");
  Require(!session.ok() || (genuine && session->principal == "ann"));
  Request request;
  request.message.method = "tools/call";
  request.message.params = json::Json::object();
  const auto opened = world.states.Open(request, state);
  Require(genuine || !opened.ok());
  Require(opened.ok() || !bw::Message(opened.status()).empty());
  Message response;
  response.kind = Message::Kind::kResponse;
  response.id = RequestId{Quote(question)};
  response.result = json::Json::object();
  const int stray = world.observer.stray;
  world.questions.Deliver({"default", "session"}, response);
  Require(world.observer.stray == stray + 1);
}

}  // namespace
}  // namespace bw::gateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static bw::gateway::World& world = *new bw::gateway::World;
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    bw::gateway::Present(world, text, text, text, false);
  } else {
    Present(world, world.sealer->Seal("mcp-session", text),
            world.sealer->Seal("mcp-request-state", text), world.sealer->Seal("mcp-question", text),
            true);
  }
  return 0;
}
