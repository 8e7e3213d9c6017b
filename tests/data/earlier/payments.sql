BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0007');
CREATE TABLE catalog (
	id INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	max_tickets_per_order BIGINT NOT NULL, 
	loaded_at DATETIME NOT NULL, 
	CONSTRAINT pk_catalog PRIMARY KEY (id), 
	CONSTRAINT ck_catalog_one_row CHECK (id = 1)
);
INSERT INTO "catalog" VALUES(1,'usd',8,'2026-11-29 10:24:52.703187');
CREATE TABLE customers (
	channel TEXT NOT NULL, 
	sender_id TEXT NOT NULL, 
	customer_id TEXT NOT NULL, 
	CONSTRAINT pk_customers PRIMARY KEY (channel, sender_id)
);
INSERT INTO "customers" VALUES('rest','ann-before-this-round','cus_pIms8VhukiaYDX');
INSERT INTO "customers" VALUES('rest','ben-before-this-round','cus_18iypGKsoZ81FS');
INSERT INTO "customers" VALUES('rest','cara-before-this-round','cus_YhjpZoU08t0XGG');
INSERT INTO "customers" VALUES('rest','gus-before-this-round','cus_66H9UMk31m1zMx');
CREATE TABLE declines (
	payment_intent_id TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_declines PRIMARY KEY (payment_intent_id)
);
CREATE TABLE handoff_messages (
	id TEXT NOT NULL, 
	handoff_id TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	sender_id TEXT NOT NULL, 
	operator TEXT NOT NULL, 
	text TEXT NOT NULL, 
	request_key TEXT, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_handoff_messages PRIMARY KEY (id), 
	CONSTRAINT fk_handoff_messages_handoff_id_handoffs FOREIGN KEY(handoff_id) REFERENCES handoffs (id), 
	CONSTRAINT uq_handoff_messages_request_key UNIQUE (request_key)
);
CREATE TABLE handoffs (
	id TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	sender_id TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	opened_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	open_slot INTEGER, 
	CONSTRAINT pk_handoffs PRIMARY KEY (id), 
	CONSTRAINT ck_handoffs_open_slot_one CHECK (open_slot = 1), 
	CONSTRAINT uq_handoffs_channel_sender_id_open_slot UNIQUE (channel, sender_id, open_slot)
);
CREATE TABLE holds (
	order_id TEXT NOT NULL, 
	show_id TEXT NOT NULL, 
	section_id TEXT NOT NULL, 
	quantity BIGINT NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_holds PRIMARY KEY (order_id), 
	CONSTRAINT fk_holds_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id)
);
INSERT INTO "holds" VALUES('ord_57rqkT6s39PhL06C','swan-lake-evening','stalls',2,'2026-11-29 11:11:19.000000');
CREATE TABLE idempotency_keys (
	"key" TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_idempotency_keys PRIMARY KEY ("key")
);
CREATE TABLE ledger (
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	amount BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	order_id TEXT, 
	payment_intent_id TEXT, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_ledger PRIMARY KEY (id), 
	CONSTRAINT fk_ledger_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id)
);
INSERT INTO "ledger" VALUES('payment:pi_fehdGTumPdUoQf6HqwBBl8lx','payment',40000,'usd','ord_gqs4aXIp5tfgB92f','pi_fehdGTumPdUoQf6HqwBBl8lx','2026-11-29 10:26:03.410591');
INSERT INTO "ledger" VALUES('refund:re_TXtzABbNsjceEjcTw12jGVhK','refund',-20000,'usd','ord_gqs4aXIp5tfgB92f','pi_fehdGTumPdUoQf6HqwBBl8lx','2026-11-29 10:26:06.956073');
INSERT INTO "ledger" VALUES('payment:pi_wAGh1Vt6o3mAYiGnl9x2pBQO','payment',8000,'usd','ord_g1fA6ZBNXUuS7kqJ','pi_wAGh1Vt6o3mAYiGnl9x2pBQO','2026-11-29 10:26:09.311857');
INSERT INTO "ledger" VALUES('payment:pi_xZRPKtw43JCpwjkiD0D7wKh4','payment',10000,'usd','ord_T7iiGjvZvUCcljbw','pi_xZRPKtw43JCpwjkiD0D7wKh4','2026-11-29 10:26:13.182065');
INSERT INTO "ledger" VALUES('payment:in_Rzn7CCelBClGj5vrTnLn5155','payment',150000,'usd','ord_ZrkBa1gLetxtgxXI','pi_92VWchSCLDo6SdPI3C2RJDSb','2026-11-29 10:26:17.308253');
INSERT INTO "ledger" VALUES('payment:pi_7Th7itfGhwLBDU9ItCD263ix','payment',4000,'usd','ord_U7tEHP2Ekrzi9jnO','pi_7Th7itfGhwLBDU9ItCD263ix','2026-11-29 10:26:21.814885');
CREATE TABLE "orders" (
	id TEXT NOT NULL, 
	status TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	sender_id TEXT NOT NULL, 
	show_id TEXT NOT NULL, 
	show_name TEXT NOT NULL, 
	section_id TEXT NOT NULL, 
	section_name TEXT NOT NULL, 
	venue TEXT NOT NULL, 
	city TEXT NOT NULL, 
	starts_at_local TEXT NOT NULL, 
	quantity BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	unit_amount BIGINT NOT NULL, 
	amount_total BIGINT NOT NULL, 
	amount_refunded BIGINT NOT NULL, 
	attempt BIGINT NOT NULL, 
	checkout_session_id TEXT, 
	checkout_url TEXT, 
	payment_intent_id TEXT, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	hold_expires_at DATETIME NOT NULL, 
	paid_at DATETIME, 
	open_slot INTEGER, 
	cancel_requested_at DATETIME, 
	amount_refunding BIGINT NOT NULL, 
	refunded_quantity BIGINT NOT NULL, 
	refundable_until DATETIME NOT NULL, 
	declined_at DATETIME, 
	parent_order_id TEXT, 
	from_section_id TEXT, customer_id TEXT, interval TEXT, 
	CONSTRAINT pk_orders PRIMARY KEY (id), 
	CONSTRAINT uq_orders_channel_sender_id_open_slot UNIQUE (channel, sender_id, open_slot), 
	CONSTRAINT uq_orders_payment_intent_id UNIQUE (payment_intent_id), 
	CONSTRAINT uq_orders_checkout_session_id UNIQUE (checkout_session_id), 
	CONSTRAINT ck_orders_amount_total_adds_up CHECK (amount_total = unit_amount * quantity), 
	CONSTRAINT ck_orders_quantity_positive CHECK (quantity > 0), 
	CONSTRAINT ck_orders_open_slot_one_to_three CHECK (open_slot BETWEEN 1 AND 3), 
	CONSTRAINT fk_orders_parent_order_id_orders FOREIGN KEY(parent_order_id) REFERENCES orders (id)
);
INSERT INTO "orders" VALUES('ord_gqs4aXIp5tfgB92f','partially_refunded','purchase','rest','ann-before-this-round','lakers-warriors','Lakers vs Warriors','101','Section 101','Crypto.com Arena','Los Angeles','2031-01-15T19:30:00-08:00',2,'usd',20000,40000,20000,1,'cs_test_b7HY7HpVCSZeSULQP2VE6ad8L72bXOh45BpW2PT1QIH0JK73ivAkVdkEAd','http://127.0.0.1:46665/c/pay/cs_test_b7HY7HpVCSZeSULQP2VE6ad8L72bXOh45BpW2PT1QIH0JK73ivAkVdkEAd','pi_fehdGTumPdUoQf6HqwBBl8lx','2026-11-29 10:26:02.633670','2026-11-29 11:01:02.000000','2026-11-29 11:11:02.000000','2026-11-29 10:26:03.410591',NULL,NULL,20000,1,'2031-01-15 03:30:00.000000',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "orders" VALUES('ord_g1fA6ZBNXUuS7kqJ','paid','purchase','rest','ben-before-this-round','harbor-lights','Harbor Lights','circle','Dress circle','Alder Theatre','New York','2031-04-20T19:30:00-04:00',2,'usd',4000,8000,0,1,'cs_test_KnRCIl3VLPcydfWEcR1tXbuoHKKxW0UWVEDJpKjTYzFEhq81K3BooLBYv1','http://127.0.0.1:46665/c/pay/cs_test_KnRCIl3VLPcydfWEcR1tXbuoHKKxW0UWVEDJpKjTYzFEhq81K3BooLBYv1','pi_wAGh1Vt6o3mAYiGnl9x2pBQO','2026-11-29 10:26:08.802395','2026-11-29 11:01:08.000000','2026-11-29 11:11:08.000000','2026-11-29 10:26:09.311857',NULL,NULL,0,0,'2031-04-19 23:30:00.000000',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "orders" VALUES('ord_T7iiGjvZvUCcljbw','paid','upgrade','rest','ben-before-this-round','harbor-lights','Harbor Lights','circle','Dress circle','Alder Theatre','New York','2031-04-20T19:30:00-04:00',2,'usd',5000,10000,0,1,'cs_test_L5PIvHGH3k3Sl1fNLz7gqza2sDtjFqkWSzidzBM7nJYewk8qfuvICPjfJY','http://127.0.0.1:46665/c/pay/cs_test_L5PIvHGH3k3Sl1fNLz7gqza2sDtjFqkWSzidzBM7nJYewk8qfuvICPjfJY','pi_xZRPKtw43JCpwjkiD0D7wKh4','2026-11-29 10:26:12.752357','2026-11-29 11:01:12.000000','2026-11-29 11:11:12.000000','2026-11-29 10:26:13.182065',NULL,NULL,0,0,'2031-04-19 23:30:00.000000',NULL,'ord_g1fA6ZBNXUuS7kqJ','balcony','cus_18iypGKsoZ81FS',NULL);
INSERT INTO "orders" VALUES('ord_ZrkBa1gLetxtgxXI','paid','subscription','rest','cara-before-this-round','lakers-season','Lakers season ticket','','','','','2026-11-29T10:26:16.342421+00:00',1,'usd',150000,150000,0,1,'cs_test_nTqnQDIO9ph1eA2BcoK6q14IPg8ku0UF1FPsMvv9M2c0DqzWW5YEddtd9C','http://127.0.0.1:46665/c/pay/cs_test_nTqnQDIO9ph1eA2BcoK6q14IPg8ku0UF1FPsMvv9M2c0DqzWW5YEddtd9C','pi_92VWchSCLDo6SdPI3C2RJDSb','2026-11-29 10:26:16.342421','2026-11-29 11:01:16.000000','2026-11-29 11:01:16.000000','2026-11-29 10:26:17.308253',NULL,NULL,0,0,'2026-11-29 10:26:16.342421',NULL,NULL,NULL,NULL,'year');
INSERT INTO "orders" VALUES('ord_57rqkT6s39PhL06C','open','purchase','rest','dan-before-this-round','swan-lake-evening','Swan Lake (evening)','stalls','Stalls','Civic Opera House','Chicago','2031-03-07T19:30:00-06:00',2,'usd',11000,22000,0,1,'cs_test_QFz5aFdAHujrMlqCusW1WNRTvTTnOd2MKt451VYhxjJxJNXVXmk6c227o2','http://127.0.0.1:46665/c/pay/cs_test_QFz5aFdAHujrMlqCusW1WNRTvTTnOd2MKt451VYhxjJxJNXVXmk6c227o2',NULL,'2026-11-29 10:26:19.362730','2026-11-29 11:01:19.000000','2026-11-29 11:11:19.000000',NULL,1,NULL,0,0,'2031-03-07 01:30:00.000000',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "orders" VALUES('ord_U7tEHP2Ekrzi9jnO','paid','purchase','rest','gus-before-this-round','last-seat','The Last Seat','front','Front row','Small Stage','Boston','2031-05-01T20:00:00-04:00',1,'usd',4000,4000,0,1,'cs_test_LA8JxXIJxxkUH4XtvSVjYJPmq6aEZSXCOne4rep7riDsQQqLVJTksWeYiT','http://127.0.0.1:46665/c/pay/cs_test_LA8JxXIJxxkUH4XtvSVjYJPmq6aEZSXCOne4rep7riDsQQqLVJTksWeYiT','pi_7Th7itfGhwLBDU9ItCD263ix','2026-11-29 10:26:21.320891','2026-11-29 11:01:21.000000','2026-11-29 11:11:21.000000','2026-11-29 10:26:21.814885',NULL,NULL,0,0,'2031-05-01 00:00:00.000000',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE "outbox" (
	id TEXT NOT NULL, 
	order_id TEXT, 
	channel TEXT NOT NULL, 
	sender_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	dedupe_key TEXT NOT NULL, 
	attempts BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	next_attempt_at DATETIME NOT NULL, 
	leased_until DATETIME, 
	delivered_at DATETIME, 
	last_error TEXT, 
	about TEXT NOT NULL, 
	parked_at DATETIME, 
	CONSTRAINT pk_outbox PRIMARY KEY (id), 
	CONSTRAINT uq_outbox_dedupe_key UNIQUE (dedupe_key), 
	CONSTRAINT fk_outbox_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id)
);
INSERT INTO "outbox" VALUES('msg_6b3a363f1c5f7b78d34765fa','ord_gqs4aXIp5tfgB92f','rest','ann-before-this-round','payment_confirmed','payment_confirmed:ord_gqs4aXIp5tfgB92f:',0,'2026-11-29 10:26:03.410591','2026-11-29 10:26:03.410591',NULL,'2026-11-29 10:26:03.809959',NULL,'',NULL);
INSERT INTO "outbox" VALUES('msg_916dd3098815b7248110ca57','ord_gqs4aXIp5tfgB92f','rest','ann-before-this-round','refund_succeeded','refund_succeeded:ord_gqs4aXIp5tfgB92f:rfd_18d474e58f9c398badca6b11',0,'2026-11-29 10:26:06.956073','2026-11-29 10:26:06.956073',NULL,NULL,NULL,'rfd_18d474e58f9c398badca6b11',NULL);
INSERT INTO "outbox" VALUES('msg_79af29ba480b5da2f32bbac8','ord_g1fA6ZBNXUuS7kqJ','rest','ben-before-this-round','payment_confirmed','payment_confirmed:ord_g1fA6ZBNXUuS7kqJ:',0,'2026-11-29 10:26:09.311857','2026-11-29 10:26:09.311857',NULL,'2026-11-29 10:26:09.703028',NULL,'',NULL);
INSERT INTO "outbox" VALUES('msg_f10daf93c6a3c938e8582dc2','ord_T7iiGjvZvUCcljbw','rest','ben-before-this-round','payment_confirmed','payment_confirmed:ord_T7iiGjvZvUCcljbw:',0,'2026-11-29 10:26:13.182065','2026-11-29 10:26:13.182065',NULL,'2026-11-29 10:26:14.006003',NULL,'',NULL);
INSERT INTO "outbox" VALUES('msg_d8ce5fb5e56d78ca99c1fcdf','ord_ZrkBa1gLetxtgxXI','rest','cara-before-this-round','payment_confirmed','payment_confirmed:ord_ZrkBa1gLetxtgxXI:',0,'2026-11-29 10:26:17.308253','2026-11-29 10:26:17.308253',NULL,'2026-11-29 10:26:17.724460',NULL,'',NULL);
INSERT INTO "outbox" VALUES('msg_419baea1df13e826afcf81c0','ord_U7tEHP2Ekrzi9jnO','rest','gus-before-this-round','payment_confirmed','payment_confirmed:ord_U7tEHP2Ekrzi9jnO:',0,'2026-11-29 10:26:21.814885','2026-11-29 10:26:21.814885',NULL,NULL,NULL,'',NULL);
CREATE TABLE refunds (
	id TEXT NOT NULL, 
	request_id TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	generation BIGINT NOT NULL, 
	quantity BIGINT NOT NULL, 
	section_id TEXT NOT NULL, 
	amount BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	reason TEXT, 
	status TEXT NOT NULL, 
	source TEXT NOT NULL, 
	request_key TEXT, 
	payment_intent_id TEXT NOT NULL, 
	stripe_refund_id TEXT, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	CONSTRAINT pk_refunds PRIMARY KEY (id), 
	CONSTRAINT ck_refunds_amount_positive CHECK (amount > 0), 
	CONSTRAINT ck_refunds_quantity_not_negative CHECK (quantity >= 0), 
	CONSTRAINT fk_refunds_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id), 
	CONSTRAINT uq_refunds_order_id_generation UNIQUE (order_id, generation), 
	CONSTRAINT uq_refunds_request_key UNIQUE (request_key), 
	CONSTRAINT uq_refunds_stripe_refund_id UNIQUE (stripe_refund_id)
);
INSERT INTO "refunds" VALUES('rfd_fd3b8d0b00768e53445f92cb','rfd_18d474e58f9c398badca6b11','ord_gqs4aXIp5tfgB92f',1,1,'101',20000,'usd','requested_by_customer','succeeded','chat',NULL,'pi_fehdGTumPdUoQf6HqwBBl8lx','re_TXtzABbNsjceEjcTw12jGVhK','2026-11-29 10:26:06.809841','2026-11-29 10:26:06.956073');
CREATE TABLE season_tickets (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	unit_amount BIGINT NOT NULL, 
	interval TEXT NOT NULL, 
	is_on_sale BOOLEAN NOT NULL, 
	CONSTRAINT pk_season_tickets PRIMARY KEY (id)
);
INSERT INTO "season_tickets" VALUES('lakers-season','Lakers season ticket','usd',150000,'year',1);
CREATE TABLE sections (
	show_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	unit_amount BIGINT NOT NULL, 
	seats BIGINT NOT NULL, 
	held BIGINT NOT NULL, 
	sold BIGINT NOT NULL, 
	is_on_sale BOOLEAN NOT NULL, 
	CONSTRAINT pk_sections PRIMARY KEY (show_id, id), 
	CONSTRAINT ck_sections_held_not_negative CHECK (held >= 0), 
	CONSTRAINT ck_sections_sold_not_negative CHECK (sold >= 0), 
	CONSTRAINT fk_sections_show_id_shows FOREIGN KEY(show_id) REFERENCES shows (id)
);
INSERT INTO "sections" VALUES('lakers-warriors','101','Section 101',20000,500,0,1,1);
INSERT INTO "sections" VALUES('lakers-warriors','201','Section 201',35000,10,0,0,1);
INSERT INTO "sections" VALUES('swan-lake-matinee','stalls','Stalls',8550,30,0,0,1);
INSERT INTO "sections" VALUES('swan-lake-evening','stalls','Stalls',11000,30,2,0,1);
INSERT INTO "sections" VALUES('last-seat','front','Front row',4000,1,0,1,1);
INSERT INTO "sections" VALUES('harbor-lights','balcony','Balcony',4000,90,0,0,1);
INSERT INTO "sections" VALUES('harbor-lights','circle','Dress circle',9000,90,0,2,1);
INSERT INTO "sections" VALUES('harbor-lights','box','Royal box',15000,90,0,0,1);
INSERT INTO "sections" VALUES('long-gone','front','Front row',4000,10,0,0,1);
CREATE TABLE "shows" (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	aliases TEXT NOT NULL, 
	category TEXT NOT NULL, 
	venue TEXT NOT NULL, 
	city TEXT NOT NULL, 
	starts_at_local TEXT NOT NULL, 
	starts_at DATETIME NOT NULL, 
	currency TEXT NOT NULL, 
	is_on_sale BOOLEAN NOT NULL, 
	refundable_until_hours BIGINT NOT NULL, 
	CONSTRAINT pk_shows PRIMARY KEY (id)
);
INSERT INTO "shows" VALUES('lakers-warriors','Lakers vs Warriors','["lakers game"]','basketball','Crypto.com Arena','Los Angeles','2031-01-15T19:30:00-08:00','2031-01-16 03:30:00.000000','usd',1,24);
INSERT INTO "shows" VALUES('swan-lake-matinee','Swan Lake (matinee)','[]','ballet','Civic Opera House','Chicago','2031-03-07T14:00:00-06:00','2031-03-07 20:00:00.000000','usd',1,24);
INSERT INTO "shows" VALUES('swan-lake-evening','Swan Lake (evening)','[]','ballet','Civic Opera House','Chicago','2031-03-07T19:30:00-06:00','2031-03-08 01:30:00.000000','usd',1,24);
INSERT INTO "shows" VALUES('last-seat','The Last Seat','[]','theater','Small Stage','Boston','2031-05-01T20:00:00-04:00','2031-05-02 00:00:00.000000','usd',1,24);
INSERT INTO "shows" VALUES('harbor-lights','Harbor Lights','[]','musical','Alder Theatre','New York','2031-04-20T19:30:00-04:00','2031-04-20 23:30:00.000000','usd',1,24);
INSERT INTO "shows" VALUES('long-gone','Long Gone','[]','theater','Small Stage','Boston','2020-05-01T20:00:00-04:00','2020-05-02 00:00:00.000000','usd',1,24);
CREATE TABLE subscriptions (
	id TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	status TEXT NOT NULL, 
	current_period_end DATETIME, 
	cancel_at_period_end BOOLEAN NOT NULL, 
	payment_url TEXT, 
	read_at DATETIME NOT NULL, cancel_requested_at DATETIME, 
	CONSTRAINT pk_subscriptions PRIMARY KEY (id), 
	CONSTRAINT fk_subscriptions_order_id_orders FOREIGN KEY(order_id) REFERENCES orders (id), 
	CONSTRAINT uq_subscriptions_order_id UNIQUE (order_id)
);
INSERT INTO "subscriptions" VALUES('sub_7HVEaYrbogUmXTpbAsySrOHn','ord_ZrkBa1gLetxtgxXI','active','2027-11-29 10:26:16.000000',0,NULL,'2026-11-29 10:26:17.308323',NULL);
CREATE TABLE waits (
	id TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	sender_id TEXT NOT NULL, 
	show_id TEXT NOT NULL, 
	section_id TEXT, 
	quantity BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_waits PRIMARY KEY (id), 
	CONSTRAINT ck_waits_quantity_positive CHECK (quantity > 0), 
	CONSTRAINT fk_waits_show_id_shows FOREIGN KEY(show_id) REFERENCES shows (id), 
	CONSTRAINT uq_waits_channel_sender_id_show_id UNIQUE (channel, sender_id, show_id)
);
INSERT INTO "waits" VALUES('wait_73f3808d1667a1e34e8a4790','rest','fay-before-this-round','last-seat','front',1,'2026-11-29 10:26:29.239560');
CREATE TABLE "webhook_events" (
	webhook_event_id TEXT NOT NULL, 
	type TEXT NOT NULL, 
	object_id TEXT, 
	livemode BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	received_at DATETIME NOT NULL, 
	outcome TEXT NOT NULL, 
	order_id TEXT, 
	source TEXT NOT NULL, 
	attempts BIGINT NOT NULL, 
	error TEXT, 
	closed_at DATETIME, 
	CONSTRAINT pk_webhook_events PRIMARY KEY (webhook_event_id)
);
INSERT INTO "webhook_events" VALUES('evt_XaOrJQKkNB0Hu1fBnyAmcC3s','payment_intent.created','pi_fehdGTumPdUoQf6HqwBBl8lx',0,'2026-11-29 10:26:03.000000','2026-11-29 10:26:03.389732','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_qyqp2YGVdBiiz92nU1htETTQ','checkout.session.completed','cs_test_b7HY7HpVCSZeSULQP2VE6ad8L72bXOh45BpW2PT1QIH0JK73ivAkVdkEAd',0,'2026-11-29 10:26:03.000000','2026-11-29 10:26:03.410591','paid','ord_gqs4aXIp5tfgB92f','webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_XqguccJVDc7uiNwHdZmhmYcQ','customer.created','cus_pIms8VhukiaYDX',0,'2026-11-29 10:26:03.000000','2026-11-29 10:26:03.407471','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_hp3SSrdpiloC2bMcfhGP4yGM','charge.succeeded','ch_CxkcAcyzEV4yVjAK6Lmivslz',0,'2026-11-29 10:26:03.000000','2026-11-29 10:26:03.405759','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_ujifeoCaWy7PTFb7gTivEiPf','payment_intent.succeeded','pi_fehdGTumPdUoQf6HqwBBl8lx',0,'2026-11-29 10:26:03.000000','2026-11-29 10:26:03.412244','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_3QRz1scbANJTzal0jQucpC3f','charge.updated','ch_CxkcAcyzEV4yVjAK6Lmivslz',0,'2026-11-29 10:26:03.000000','2026-11-29 10:26:03.411601','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_JTGMEChVWRkZe1KpdVymilyU','charge.refunded','ch_CxkcAcyzEV4yVjAK6Lmivslz',0,'2026-11-29 10:26:06.000000','2026-11-29 10:26:06.931638','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_3KvetuI5kE3ijOlDEgeA4vUX','refund.updated','re_TXtzABbNsjceEjcTw12jGVhK',0,'2026-11-29 10:26:06.000000','2026-11-29 10:26:06.940183','unchanged','ord_gqs4aXIp5tfgB92f','webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_xoJ6yZp7dNKaTB2UkaFnmib4','refund.created','re_TXtzABbNsjceEjcTw12jGVhK',0,'2026-11-29 10:26:06.000000','2026-11-29 10:26:06.939983','unchanged','ord_gqs4aXIp5tfgB92f','webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_ppCRnm7Z7oC21RYfEysguq7A','charge.refund.updated','re_TXtzABbNsjceEjcTw12jGVhK',0,'2026-11-29 10:26:06.000000','2026-11-29 10:26:06.940307','unchanged','ord_gqs4aXIp5tfgB92f','webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_69BdDaGKPVQ90gmzi4mQQQ84','charge.succeeded','ch_tczMeaSVtrBTiL233W4ed9Rj',0,'2026-11-29 10:26:09.000000','2026-11-29 10:26:09.197527','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_gSDdDrYC7MPefWa7oY1HHLQO','payment_intent.created','pi_wAGh1Vt6o3mAYiGnl9x2pBQO',0,'2026-11-29 10:26:09.000000','2026-11-29 10:26:09.308950','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_5ruPW0aOMUuPprQAg1ZQaQJF','checkout.session.completed','cs_test_KnRCIl3VLPcydfWEcR1tXbuoHKKxW0UWVEDJpKjTYzFEhq81K3BooLBYv1',0,'2026-11-29 10:26:09.000000','2026-11-29 10:26:09.311857','paid','ord_g1fA6ZBNXUuS7kqJ','webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_vS1MU0A6rAOOGndfsUbAE69M','charge.updated','ch_tczMeaSVtrBTiL233W4ed9Rj',0,'2026-11-29 10:26:09.000000','2026-11-29 10:26:09.344081','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_jKt6nGNweGzEgtHOEvZ7VKr0','customer.created','cus_18iypGKsoZ81FS',0,'2026-11-29 10:26:09.000000','2026-11-29 10:26:09.343822','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_1mfYaXVqtPitbCZkxuvJ4mJ7','payment_intent.succeeded','pi_wAGh1Vt6o3mAYiGnl9x2pBQO',0,'2026-11-29 10:26:09.000000','2026-11-29 10:26:09.354718','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_yRgMmiwrMjkNfSKc4fjtp7Uj','payment_intent.succeeded','pi_xZRPKtw43JCpwjkiD0D7wKh4',0,'2026-11-29 10:26:13.000000','2026-11-29 10:26:13.159250','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_IGkRCETFJatXJ8FpadQii87S','charge.updated','ch_A3FrXPR6bFb8jwmEfke5nJoP',0,'2026-11-29 10:26:13.000000','2026-11-29 10:26:13.182502','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_OpHj1KGu48P4ybKZslIek6IM','payment_intent.created','pi_xZRPKtw43JCpwjkiD0D7wKh4',0,'2026-11-29 10:26:13.000000','2026-11-29 10:26:13.169554','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_gpC2gwGBYpRsxXpTbaUbx1iO','charge.succeeded','ch_A3FrXPR6bFb8jwmEfke5nJoP',0,'2026-11-29 10:26:13.000000','2026-11-29 10:26:13.184120','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_eJVeIk7kyAwEW5Isp6f4lPS5','checkout.session.completed','cs_test_L5PIvHGH3k3Sl1fNLz7gqza2sDtjFqkWSzidzBM7nJYewk8qfuvICPjfJY',0,'2026-11-29 10:26:13.000000','2026-11-29 10:26:13.182065','paid','ord_T7iiGjvZvUCcljbw','webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_zI1eFwvhax1QKomxOqFEntOV','charge.succeeded','ch_BP0P8fs61MuymlimfHCCMhCs',0,'2026-11-29 10:26:16.000000','2026-11-29 10:26:16.862756','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_r79tiUdb65bNjvTHj46xZtYG','payment_intent.created','pi_92VWchSCLDo6SdPI3C2RJDSb',0,'2026-11-29 10:26:16.000000','2026-11-29 10:26:16.878126','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_EtenW32766ddQCDMsUp5NVTB','customer.created','cus_YhjpZoU08t0XGG',0,'2026-11-29 10:26:16.000000','2026-11-29 10:26:16.877660','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_d2pTrQzwLwXbHYUsyeiRYwM1','payment_intent.succeeded','pi_92VWchSCLDo6SdPI3C2RJDSb',0,'2026-11-29 10:26:16.000000','2026-11-29 10:26:16.889770','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_LJ9kkdLSeAXfIVwAyW2D9th4','invoice.payment_succeeded','in_Rzn7CCelBClGj5vrTnLn5155',0,'2026-11-29 10:26:16.000000','2026-11-29 10:26:17.283031','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_8InF9E8hyHQfJgU0TvLL38cr','payment_method.attached','pm_EXz6lvnCvkNPlZwTGpGjRlxN',0,'2026-11-29 10:26:16.000000','2026-11-29 10:26:16.920068','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_nEuW6j4iKkwFZvzd1x96Uh7X','charge.updated','ch_BP0P8fs61MuymlimfHCCMhCs',0,'2026-11-29 10:26:16.000000','2026-11-29 10:26:17.336662','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_bq5FjrOlOySxNskXEIVUPKhG','checkout.session.completed','cs_test_nTqnQDIO9ph1eA2BcoK6q14IPg8ku0UF1FPsMvv9M2c0DqzWW5YEddtd9C',0,'2026-11-29 10:26:16.000000','2026-11-29 10:26:17.308253','paid','ord_ZrkBa1gLetxtgxXI','webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_VdyQ8HvHBoQdWCdNBkpcDhoF','invoice.paid','in_Rzn7CCelBClGj5vrTnLn5155',0,'2026-11-29 10:26:16.000000','2026-11-29 10:26:16.973672','unchanged','ord_ZrkBa1gLetxtgxXI','webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_bRGwmDiKrGLzzrpr0FKAs0FH','invoice.created','in_Rzn7CCelBClGj5vrTnLn5155',0,'2026-11-29 10:26:16.000000','2026-11-29 10:26:16.944633','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_fyQeAwoBOfSHC7ARqiTEj4Fa','invoice.finalized','in_Rzn7CCelBClGj5vrTnLn5155',0,'2026-11-29 10:26:16.000000','2026-11-29 10:26:16.953594','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_c6VflSWeb9Wr2OKI4nvCwwfD','invoice_payment.paid','inpay_Nfu2mqnxf6NAfJTwKph7GT8y',0,'2026-11-29 10:26:16.000000','2026-11-29 10:26:16.969962','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_yOX7nw4DEpJEDZqhNay4bEvJ','customer.subscription.created','sub_7HVEaYrbogUmXTpbAsySrOHn',0,'2026-11-29 10:26:16.000000','2026-11-29 10:26:16.933815','unchanged','ord_ZrkBa1gLetxtgxXI','webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_D2ZSiKQS4IPU4dTr5p4T0NXp','payment_intent.created','pi_7Th7itfGhwLBDU9ItCD263ix',0,'2026-11-29 10:26:21.000000','2026-11-29 10:26:21.786310','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_OVNN6diWVmHAqvQf3fVSAxHJ','payment_intent.succeeded','pi_7Th7itfGhwLBDU9ItCD263ix',0,'2026-11-29 10:26:21.000000','2026-11-29 10:26:21.798251','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_aXRhEh9rBd87s34iBgjjATZo','charge.updated','ch_ndhUqRi2Se2Rgz4QuWho43LZ',0,'2026-11-29 10:26:21.000000','2026-11-29 10:26:21.814735','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_30htYCMSBFIxHNg9oJEtnrBR','checkout.session.completed','cs_test_LA8JxXIJxxkUH4XtvSVjYJPmq6aEZSXCOne4rep7riDsQQqLVJTksWeYiT',0,'2026-11-29 10:26:21.000000','2026-11-29 10:26:21.814885','paid','ord_U7tEHP2Ekrzi9jnO','webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_lCCG5HnVa1mYgw1N8eTknsiE','customer.created','cus_66H9UMk31m1zMx',0,'2026-11-29 10:26:21.000000','2026-11-29 10:26:21.814454','ignored',NULL,'webhook',1,NULL,NULL);
INSERT INTO "webhook_events" VALUES('evt_AxXarXHVROpsrNDti5Pa1mnS','charge.succeeded','ch_ndhUqRi2Se2Rgz4QuWho43LZ',0,'2026-11-29 10:26:21.000000','2026-11-29 10:26:21.796209','ignored',NULL,'webhook',1,NULL,NULL);
CREATE INDEX ix_holds_expires_at ON holds (expires_at);
CREATE INDEX ix_orders_channel_sender_id_created_at ON orders (channel, sender_id, created_at);
CREATE INDEX ix_orders_status_created_at ON orders (status, created_at);
CREATE INDEX ix_orders_parent_order_id ON orders (parent_order_id);
CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);
CREATE INDEX ix_ledger_at ON ledger (at);
CREATE INDEX ix_ledger_payment_intent_id ON ledger (payment_intent_id);
CREATE INDEX ix_refunds_request_id ON refunds (request_id);
CREATE INDEX ix_refunds_status ON refunds (status);
CREATE INDEX ix_webhook_events_outcome ON webhook_events (outcome);
CREATE INDEX ix_webhook_events_received_at ON webhook_events (received_at);
CREATE INDEX ix_waits_show_id_created_at ON waits (show_id, created_at);
CREATE INDEX ix_handoffs_opened_at ON handoffs (opened_at);
CREATE INDEX ix_handoff_messages_handoff_id ON handoff_messages (handoff_id);
CREATE INDEX ix_outbox_channel_sender_id_delivered_at ON outbox (channel, sender_id, delivered_at);
CREATE INDEX ix_outbox_delivered_at_next_attempt_at ON outbox (delivered_at, next_attempt_at);
COMMIT;
