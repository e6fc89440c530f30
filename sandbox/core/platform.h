// Everything the imitation consists of, in one place for the adapters.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "sandbox/core/account.h"
#include "sandbox/core/call_simulator.h"
#include "sandbox/core/code_desk.h"
#include "sandbox/core/media_store.h"
#include "sandbox/core/message_simulator.h"
#include "sandbox/core/order_desk.h"
#include "sandbox/core/port_desk.h"
#include "sandbox/core/random.h"
#include "sandbox/core/record_shelf.h"
#include "sandbox/core/refusals.h"
#include "sandbox/core/script.h"
#include "sandbox/core/settings.h"
#include "sandbox/core/sites.h"
#include "sandbox/core/tokens.h"
#include "sandbox/core/webhook.h"

namespace bw::sandbox {

struct PlatformSeed {
  AccountSeed account;
  SimulationSettings settings;
  /// What the token endpoint takes.
  Credentials client{"sandbox-client", "sandbox-secret"};
  std::chrono::seconds token_lifetime{3600};
};

/// Not thread-safe: used on the scheduler's thread only. What is passed in outlives it.
struct Platform {
  Platform(PlatformSeed seed, const Clock& clock_in, Scheduler& scheduler_in, Random& random_in,
           WebhookClient& webhooks)
      : settings(std::move(seed.settings)),
        client(std::move(seed.client)),
        clock(clock_in),
        scheduler(scheduler_in),
        random(random_in),
        account(MakeAccount(seed.account)),
        sites(account),
        orders(settings, account, sites, clock, scheduler, random),
        ports(settings, account, sites, orders.book(), clock, scheduler, random),
        tokens(clock, random, account.id, seed.token_lifetime),
        calls(settings, account, clock, scheduler, random, webhooks, scripts),
        messages(settings, account, clock, scheduler, random, webhooks, scripts),
        media(clock),
        documents(clock),
        codes(account, clock, random, messages) {}
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  SimulationSettings settings;
  Credentials client;
  const Clock& clock;
  Scheduler& scheduler;
  Random& random;
  Account account;
  SiteBook sites;
  OrderDesk orders;
  PortDesk ports;
  RecordShelf records;
  RefusalDesk refusals;
  ScriptBook scripts;
  TokenStore tokens;
  CallSimulator calls;
  MessageSimulator messages;
  MediaStore media;
  /// Letters of authorization and documents of end users, by kind, owner and id.
  MediaStore documents;
  CodeDesk codes;
};

}  // namespace bw::sandbox
