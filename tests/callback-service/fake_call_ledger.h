// A CallLedger that keeps what it is given until the test answers.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "callback-service/core/call_ledger.h"

namespace bw::callback_service {

/// Not thread-safe.
class FakeCallLedger : public CallLedger {
 public:
  struct Voice {
    VoiceRecord record;
    Done done;
    Ticket ticket = 0;
  };
  struct Plain {
    Event event;
    std::chrono::milliseconds store_wait{0};
    Done done;
  };

  Ticket RecordVoice(VoiceRecord record, Done done) override {
    if (!immediate.ok()) {
      done(immediate);
      return 0;
    }
    voices.push_back({std::move(record), std::move(done), ++last_ticket_});
    return last_ticket_;
  }
  void RecordPlain(Event event, std::chrono::milliseconds store_wait, Done done) override {
    if (!immediate.ok()) return done(immediate);
    plains.push_back({std::move(event), store_wait, std::move(done)});
  }
  void Delivered(Delivery delivery) override { deliveries.push_back(std::move(delivery)); }
  void Release(Ticket ticket) override { released.push_back(ticket); }

  /// When not OK, every record is answered with it at once.
  Status immediate;
  std::vector<Voice> voices;
  std::vector<Plain> plains;
  std::vector<Delivery> deliveries;
  std::vector<Ticket> released;

 private:
  Ticket last_ticket_ = 0;
};

}  // namespace bw::callback_service
