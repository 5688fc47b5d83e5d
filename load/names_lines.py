"""Log lines written for measuring what is taken for a person: names stand between « and », everything else names nobody."""

from __future__ import annotations

OPEN, CLOSE = "«", "»"

WITH_NAMES = """
Ticket 4411 was escalated by «Margaret Hamilton» after two days
User «Johan Bergqvist» logged in from 10.2.3.4
password reset requested for «Priya Raghunathan»
order 88123 for customer «Tomasz Wieczorek» could not be fulfilled: out of stock
Payment declined for «Aisha Mahmoud», card ending 1117
Invoice sent to «Lucía Fernández» (EUR 120.50)
call transferred to «Brian O'Connell» at 10:31
appointment of patient «Ingrid Solberg» moved to 2024-05-01
INFO auth: session of «Dmitri Volkov» expired after 1800s
WARN billing: «Chloe Dubois» has three unpaid invoices
comment by «Hannah Schmidt»: please ship to the office
email to «Kwame Mensah» bounced: mailbox full
new employee «Fatima Zahra Benali» added to payroll
Refund of $42.00 approved by «Robert Nakamura»
«Elena Petrova» changed the delivery address of order 99182
Delivery signed by «G. Thompson» at reception
chat: «Maria Gonzalez» asked to talk to a supervisor
Failed login attempts for user «Oliver Stone» exceed limit
Note: spoke with «Yuki Tanaka» about the renewal
Assigned to «Samuel Okafor», due tomorrow
Subscription cancelled by «Emily Watson»
lead created: «Marco Rossi», Acme SpA, source web
Meeting with «Sven Lindqvist» and «Anneke de Vries» rescheduled
Document uploaded by «Nadia Haddad»: contract.pdf
account of «Peter Jensen» was merged into account of «Petra Jensen»
Dear «Mr. Collins», your parcel is on its way
support: caller «Rachel Greenberg» verified by date of birth
Hello, my name is «Viktor Hovland» and I can't log in
The card was issued in the name of «Jean-Luc Moreau»
prescription for «Olga Sidorova» printed at station 4
guest «Liam Murphy» checked into room 412
passenger «Chen Wei» rebooked on flight LH 441
Beneficiary «Ahmed Hassan» added to account
voice mail from «Linda Jackson» (00:42)
complaint filed by «Stefan Popescu» on 3 May
Interview of «Grace Kim» scheduled for Monday
manager approval by «Carlos Mendoza» pending
user profile of «Amelia Earhart» updated: 3 fields
Message from «Isabel Ferreira» to the support team
Transfer of 300.00 to «Mohammed Al-Farsi» rejected by compliance
The driver «Nikola Jovanovic» reported a delay of 20 minutes
signature of «Catherine Bell» does not match
KYC failed for «Bogdan Ionescu»: document expired
booking 7712 confirmed for «Sophie Turner» and two guests
«Arjun Kapoor» was removed from group finance-admins
membership of «Laura Palmer» renewed until 2026
claim 2231 of «Henrik Larsen» assigned to adjuster «Susan Miller»
parcel handed to neighbour «Frau Becker»
login ok name="«Zoe Papadopoulos»" ip=10.0.0.1
{"event":"reset","text":"Password of «Daniel Craig» was reset by the help desk"}
""".strip().splitlines()

WITHOUT = """
GET /api/v1/orders/42 HTTP/1.1 200 13ms
POST /login 401 Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15
java.lang.NullPointerException: Cannot invoke String.length() because value is null
    at com.example.shop.OrderService.submit(OrderService.java:42)
    at org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:897)
Caused by: org.postgresql.util.PSQLException: ERROR: relation orders does not exist
HikariPool-1 - Connection is not available, request timed out after 30000ms.
Started Application in 4.312 seconds (JVM running for 5.1)
Tomcat started on port(s): 8080 (http) with context path ''
kafka: consumer group checkout rebalanced, 3 members, generation 17
Kubernetes event: Pod checkout-7c5ddbdf54-x2x9l OOMKilled
Readiness probe failed: Get "http://10.244.0.12:8080/healthz": dial tcp: connection refused
Scaled deployment nginx to 3 replicas
Jenkins build #1182 of payments-service finished: SUCCESS
Grafana alert High Error Rate is firing for job checkout
Prometheus target down: node-exporter-3
Redis connection lost, retrying in 5 s
Elasticsearch cluster health is YELLOW (unassigned shards: 4)
Deploying to Frankfurt region eu-central-1
Nightly backup of Berlin data center completed in 1h 20m
Terraform apply finished: 3 added, 1 changed, 0 destroyed
Docker image registry.example.com/shop/api:1.4.2 pulled
WARN Slow query (2.3 s): SELECT id, total FROM orders WHERE status = 'OPEN'
Job SendInvoices finished in 12 s, 42 sent, 0 failed
Cache warmed: 12000 keys, hit ratio 0.97
Feature flag NewCheckout enabled for 10 % of tenants
TLS handshake error from 10.1.2.3:51234: EOF
Certificate for api.example.com expires in 12 days
Rate limit exceeded for tenant acme: 1000 requests per minute
OpenTelemetry exporter failed to send batch: deadline exceeded
Deadlock detected; victim process 21312 was rolled back
Garbage collection: G1 Young pause 12 ms, heap 812 MB of 2 GB
Windows Update service entered the stopped state
Chrome Headless 120.0 rendered report in 812 ms
Scheduler fired trigger DailyReport at midnight UTC
Worker Alpha-7 picked task 99123 from queue Bravo
Switch port GigabitEthernet1/0/24 changed state to down
cron: (root) CMD (run-parts /etc/cron.hourly)
sshd[812]: Accepted publickey for deploy from 10.0.0.5 port 51022 ssh2
systemd[1]: Started Daily apt download activities.
kernel: Out of memory: Killed process 3123 (java) total-vm:8123412kB
CRITICAL Payment Gateway Stripe returned 503 Service Unavailable
Webhook from GitHub received: push to main by ci-bot
Slack notification sent to channel #ops-alerts
Jira issue OPS-1123 moved to In Progress
Apache Spark stage 12 finished: 200 tasks
Hadoop NameNode entered safe mode
Cassandra compaction completed: 12 SSTables to 1
Received signal Terminated, shutting down gracefully
Lambda function ResizeImages timed out after 15.00 seconds
S3 bucket logs-prod-eu not found
User agent: Googlebot/2.1 (+http://www.google.com/bot.html)
Migration V42__Add_Customer_Index applied
Vault is sealed; waiting for unseal keys
Consul leader election lost
Sidekiq job InvoiceMailer retry 3 of 25
Celery task app.tasks.send_mail raised ConnectionResetError
ActiveRecord::RecordNotFound (Couldn't find Order with 'id'=42)
PHP Fatal error: Uncaught TypeError in /var/www/html/index.php:12
Traceback (most recent call last): File "main.py", line 3, in <module>
ValueError: invalid literal for int() with base 10: 'abc'
RabbitMQ: queue Orders has 1200 unacked messages
Nginx upstream timed out (110: Connection timed out) while reading response header
Puppet agent run finished, catalog applied in 23.1 seconds
Ansible playbook deploy.yml: ok=12 changed=3 failed=0
Login page rendered in 42 ms
Thread main waiting on lock held by Thread-12
Node Version 18.17.0, Npm 9.6.7
Loading plugin Markdown Preview Enhanced
Health check of Istio Pilot passed
Connected to Oracle Database 19c Enterprise Edition
Snapshot policy Gold applied to volume Vol_Data_01
Checking license Apache License 2.0
Data imported from Salesforce and SAP
Order Confirmation template rendered
Locale changed from English to German
Time zone set to Europe/Paris
Playing Hamlet demo dataset import, 12 rows
Queue depth for Monday batch: 812
Language model Claude answered in 812 ms with 128 tokens
Query planner chose Hash Join over Nested Loop
Firewall rule Block-Telnet matched 12 packets
Printer HP LaserJet is out of paper
Message Broker restarted, 0 messages lost
Circuit breaker Inventory opened after 5 failures
Sent metrics to Datadog and New Relic
Mount point /mnt/Volume is read only
Authentication via Okta succeeded for tenant globex
Shard Atlas moved to node Titan
Running test suite LoginFlow: 12 passed
Cluster Mercury upgraded to v1.29.3
Fallback to Cloudflare DNS
Bean DataSource created
Loaded configuration from Spring Cloud Config
Retry Policy Exponential applied
Session Manager closed 12 idle sessions
Request Id Mapping enabled
Total Amount exceeds Credit Limit
Connection Pool Exhausted
Access Denied to resource Report
""".strip("\n").splitlines()


def rows() -> list[tuple[str, list[tuple[int, int]]]]:
    """Each line without its marks, and where the names stand, in characters."""
    out = []
    for line in [*WITH_NAMES, *WITHOUT]:
        text, spans = "", []
        for piece in line.split(OPEN):
            name, closing, rest = piece.partition(CLOSE)
            if closing:
                spans.append((len(text), len(text) + len(name)))
            text += name + rest
        out.append((text, spans))
    return out
