"""Words that are no names, in lower case: those of logs, the commonest of English, the calendar's, accounts of systems.

Who names himself ``error`` must not blank other people's logs, and recognition takes many of them for people.
"""

from __future__ import annotations

ACCOUNTS = frozenset(
    "admin administrator root system user users guest anonymous unknown null none nil undefined default test tester testing nobody daemon"
    " postgres mysql redis nginx www-data ubuntu debian service support bot robot internal external n/a na - dev prod public private".split()
)
"""Values of name fields that name nobody: they stay."""

_LOGS = """
    error errors warn warning warnings info information debug trace fatal critical notice alert emergency severe level message messages
    exception exceptions failed failure failures fail success successful succeeded succeed timeout timed retry retries retrying request
    requests response responses connection connections connect connected closed close open opened start started starting stop stopped
    stopping begin end ended created create updated update deleted delete read write written send sent receive received accept accepted
    reject rejected denied allow allowed invalid valid missing found file files path host port server servers client clients service
    services process processes thread threads task tasks worker workers queue batch event events metric metrics span spans token tokens
    session sessions cookie cookies header headers body payload query queries select insert from where into table tables index key keys
    value values field fields record records type types name names status state code codes count total size bytes time date duration
    latency memory cache disk network database http https get post put patch head options true false null none login logout logged
    account accounts email mail password secret api data node nodes cluster region zone container containers image images pod pods
    version build release deploy deployment production staging development local remote main master branch commit job jobs run running
    runtime config configuration settings setting module function method class object string number line column order orders payment
    payments customer customers cart checkout shipping product products item items price amount invoice subscription shutdown startup
    healthy unhealthy ready alive health check checks probe proxy gateway router route routes upstream downstream backend frontend
    java python node golang kafka redis mongo postgres mysql elastic docker kubernetes linux windows android chrome firefox safari
    phone fax mobile address addresses employment occupation birthday company salesperson laboratory
    mozilla google amazon microsoft azure apple facebook github gitlab jenkins grafana prometheus loki tempo jaeger zipkin spring
    jira confluence cassandra npm stripe scheduler headless salesforce datadog splunk terraform ansible puppet vault consul shard snapshot
    """
_ENGLISH = """
    about above after again against also always among another away back because been before behind being below between both came cannot
    come could does doing done down during each either else even ever every first from full give given goes going gone good great have
    having here hers herself himself however into itself just keep kept know known last later least left less like long made make many
    more most much must name need never next nothing often once only open other others ours over part place please point quite rather
    really right said same saying says second seem seen shall should show side since some something soon still such take taken than
    thank thanks that their theirs them then there these they thing things think this those though three through thus today together
    tomorrow took toward under until upon used useful user using very want wants well went were what when where whether which while
    whole whom whose will with within without word work works would year years yesterday your yours hello dear best regards sincerely
    mister miss missus doctor professor sir madam lady lord junior senior team group company office home street road avenue city town
    country north south east west white black green brown blue gray grey young long short price page king field wood stone rose may
    mark bill grant dean hope faith grace chase frank rich ray art pat rob sue drew miles major price case chance christian
    """
_CALENDAR = """
    january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov
    dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun hour hours minute minutes
    second seconds day days week weeks month months
    """

STOP = ACCOUNTS | frozenset(f"{_LOGS} {_ENGLISH} {_CALENDAR}".split())
